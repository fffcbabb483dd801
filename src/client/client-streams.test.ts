import { mkdtempDisposable, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTarget } from '../target/start-target.ts';
import type { Target } from '../target/start-target.ts';
import { hurriedClock } from '../testing/hurried-clock.ts';
import { startObserved } from '../testing/observed-server.ts';
import { readRequest, send, startScriptedServer } from '../testing/scripted-server.ts';
import { startHttp2 } from '../testing/http2-server.ts';
import { testCertificate } from '../testing/test-certificate.ts';
import { until } from '../testing/until.ts';
import { Client } from './client.ts';
import type { ClientOptions } from './client-options.ts';

let target: Target;
let clientOf: (options?: ClientOptions) => Client;
beforeAll(async () => {
  target = await startTarget();
  clientOf = (options) => new Client({ baseUrl: target.url, ...options });
});
afterAll(() => target.close());

async function lengthOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

/** Sends more than any buffer between two programs holds, and counts how much was taken. */
const flood = () => {
  const state = { written: 0 };
  const server = startObserved((_, response) => {
    const block = Buffer.alloc(64 * 1024);
    const pour = (): void => {
      while (!response.destroyed && state.written < 2 ** 30) {
        state.written += block.length;
        if (!response.write(block)) return void response.once('drain', pour);
      }
    };
    pour();
  });
  return { state, server };
};

describe('the body of a stream', () => {
  test('is read as it comes: pieces, text, JSON, lines, events', async () => {
    await using client = clientOf();
    expect(await lengthOf((await client.stream('GET', '/bytes/3000000')).body)).toBe(3_000_000);
    expect(await (await client.stream('GET', '/text?charset=latin1')).text()).toContain('Grüße');
    expect(await (await client.stream('GET', '/gzip')).json()).toMatchObject({ encoding: 'gzip' });
    expect(await (await client.stream('GET', '/json/pretty')).lines().next()).toEqual({ done: false, value: '{' });
    await using server = await startScriptedServer([
      readRequest,
      send('HTTP/1.1 200 OK\r\ncontent-length: 28\r\n\r\nevent: a\ndata: 1\n\ndata: 2\n\n!'),
    ]);
    const events = [];
    for await (const { event, data } of (await client.stream('GET', server.origin)).events())
      events.push([event, data]);
    expect(events).toEqual([
      ['a', '1'],
      ['message', '2'],
    ]);
  });

  test('can be read once', async () => {
    await using client = clientOf();
    const response = await client.stream('GET', '/bytes/10');
    await response.bytes();
    expect(() => response.body).toThrow(expect.objectContaining({ code: 'body_used' }));
    await expect(response.text()).rejects.toMatchObject({ code: 'body_used' });
    await expect((await client.stream('GET', '/bytes/11', { maxBodyBytes: 10 })).bytes()).rejects.toMatchObject({
      code: 'body_too_large',
    });
    expect(await lengthOf((await client.stream('GET', '/bytes/11', { maxBodyBytes: 10 })).body)).toBe(11);
  });

  test('follows redirects, retries and challenges before it', async () => {
    await using client = clientOf();
    const response = await client.stream('GET', '/redirect/2');
    expect([await response.json(), response.history.length]).toEqual([
      expect.objectContaining({ hello: 'redirected' }),
      2,
    ]);
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
  });

  test('that is thrown by raiseForStatus can be read', async () => {
    await using client = clientOf({ raiseForStatus: true });
    const error = await client.stream('GET', '/status/418').catch((thrown: unknown) => thrown);
    const { response } = error as { response: { text(): Promise<string> } };
    expect(await response.text()).not.toBe('');
  });

  test('that is cut is an error, and what came before it is read', async () => {
    await using client = clientOf();
    const response = await client.stream('GET', '/cut');
    const seen: number[] = [];
    const reading = (async () => {
      for await (const chunk of response.body) seen.push(chunk.length);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'body_cut' });
    expect(seen).toEqual([512]);
  });

  test('is saved to a file that is whole or not there', async () => {
    await using made = await mkdtempDisposable(join(tmpdir(), 'manyfetch-stream-'));
    const folder = made.path;
    const path = join(folder, 'body');
    await using client = clientOf();
    expect(await (await client.stream('GET', '/bytes/200000')).saveTo(path)).toBe(200_000);
    const whole = await (await client.get('/bytes/200000')).bytes();
    expect(Buffer.compare(await readFile(path), whole)).toBe(0);
    await writeFile(path, 'old');
    await expect((await client.stream('GET', '/cut')).saveTo(path)).rejects.toMatchObject({ code: 'body_cut' });
    expect([await readdir(folder), await readFile(path, 'utf8')]).toEqual([['body'], 'old']);
    const lost = await client.stream('GET', '/bytes/9000000');
    await expect(lost.saveTo(join(folder, 'none', 'x'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(client.statistics().active).toBe(0);
  });

  test('is saved whole by each of several, and to a folder not at all', async () => {
    await using client = clientOf();
    await using made = await mkdtempDisposable(join(tmpdir(), 'manyfetch-save-'));
    const folder = made.path;
    const path = join(folder, 'body');
    await writeFile(`${path}.part`, 'of somebody else');
    const save = async (bytes: number) => (await client.stream('GET', `/bytes/${bytes}`)).saveTo(path);
    const sizes = await Promise.all([300_000, 200_000, 100_000, 200_001].map(save));
    expect(sizes).toContain((await readFile(path)).length);
    await expect((await client.stream('GET', '/bytes/9')).saveTo(folder)).rejects.toMatchObject({ syscall: 'rename' });
    expect((await readdir(folder)).toSorted()).toEqual(['body', 'body.part']);
    expect(await readFile(`${path}.part`, 'utf8')).toBe('of somebody else');
    expect((await readdir(tmpdir())).filter((name) => name.startsWith(`${basename(folder)}.`))).toEqual([]);
  });
});

describe('a stream that is not read', () => {
  test('makes the server wait, and goes on when it is read', async () => {
    const { state, server } = flood();
    await using running = await server;
    await using client = new Client();
    await using response = await client.stream('GET', running.origin);
    await until(() => state.written > 0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const { written } = state;
    expect(written).toBeLessThan(50_000_000);
    const chunks = response.body;
    for (let bytes = 0; bytes < 2 * written;) bytes += (await chunks.next()).value?.length ?? 0;
    expect(state.written).toBeGreaterThan(written);
  });

  test('gives its place to others after a second, and does not starve them', async () => {
    const { server } = flood();
    await using running = await server;
    const clock = hurriedClock(20);
    await using client = new Client({ concurrency: 2, clock, timeoutMs: null });
    const unread = [await client.stream('GET', running.origin), await client.stream('GET', running.origin)];
    expect((await client.get(`${target.url}/status/200`)).status).toBe(200);
    expect(client.statistics()).toMatchObject({ active: 2, queued: 0 });
    for (const response of unread) response.cancel();
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
  });

  test.each([
    ['cancel', async (client: Client, url: string) => (await client.stream('GET', url)).cancel()],
    [
      'await using',
      async (client: Client, url: string) => {
        await using _response = await client.stream('GET', url);
      },
    ],
    [
      'break',
      async (client: Client, url: string) => {
        for await (const _ of (await client.stream('GET', url)).body) break;
      },
    ],
  ])('%s ends it, and its connection', async (_, leave) => {
    const { server } = flood();
    await using running = await server;
    await using client = new Client();
    await leave(client, running.origin);
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
    await until(() => running.open === 0);
  });

  test('and is small takes no connection: it is here already', async () => {
    await using client = clientOf();
    await client.get('/small');
    const unread = await Promise.all(Array.from({ length: 20 }, () => client.stream('GET', '/bytes/1000')));
    await until(() => client.statistics().active === 0);
    expect(await Promise.all(unread.map(async (one) => (await one.bytes()).length))).toEqual(Array(20).fill(1000));
  });
});

test('uploads are read as fast as they are sent, and closed when they are not wanted', async () => {
  await using server = await startScriptedServer([readRequest, send('HTTP/1.1 413 No\r\ncontent-length: 0\r\n\r\n')]);
  await using client = new Client();
  const state = { closed: false };
  async function* parts() {
    try {
      for (;;) {
        yield Buffer.alloc(1024);
        await new Promise(setImmediate);
      }
    } finally {
      state.closed = true;
    }
  }
  expect((await client.post(server.origin, { body: parts() })).status).toBe(413);
  await until(() => state.closed);
});

describe.each(['wire', 'undici'] as const)('over HTTP/2 with %s', (transport) => {
  test('answers, streams and uploads share a connection', async () => {
    await using server = await startHttp2((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/plain' });
      stream.pipe(stream);
    });
    await using client = new Client({ baseUrl: server.origin, transport, ca: testCertificate('ca'), http: '2' });
    const text = 'x'.repeat(200_000);
    const all = await Promise.all([
      ...Array.from({ length: 5 }, async () => (await client.post('/', { body: text })).text()),
      ...Array.from({ length: 5 }, async () => (await client.stream('POST', '/', { body: [text] })).text()),
    ]);
    expect(all.every((one) => one === text)).toBe(true);
    expect(server.sessions).toHaveLength(1);
    const { timings } = await client.get('/');
    expect(timings).toMatchObject({ reused: true, connectMs: null });
  });

  test('streams that nobody reads keep nothing from the others on their connection', async () => {
    await using server = await startHttp2((stream, { ':path': path }) => {
      stream.respond({ ':status': 200 });
      if (path === '/small') stream.end(Buffer.alloc(300_000));
      else for (let n = 0; n < 40; n++) stream.write(Buffer.alloc(64 * 1024));
    });
    await using client = new Client({ baseUrl: server.origin, transport, ca: testCertificate('ca'), http: '2' });
    await client.get('/small');
    const unread = await Promise.all(Array.from({ length: 20 }, () => client.stream('GET', '/flood')));
    expect((await (await client.get('/small')).bytes()).length).toBe(300_000);
    for (const response of unread) response.cancel();
    expect((await client.get('/small')).status).toBe(200);
    expect(client.statistics()).toMatchObject({ active: 0, inFlight: 0 });
  });
});

test.each(['wire', 'undici'] as const)('%s tells where the time went', async (transport) => {
  await using server = await startObserved((_, response) => setTimeout(() => response.end('x'), 20));
  await using client = new Client({ transport });
  const [first, second] = [await client.get(server.origin), await client.get(server.origin)];
  expect(first.timings).toMatchObject({ reused: false, tlsMs: null, queuedMs: 0, connectMs: expect.any(Number) });
  expect(second.timings).toMatchObject({ reused: true, connectMs: null });
  expect(second.timings.firstByteMs).toBeGreaterThan(15);
  const { bodyMs, firstByteMs, totalMs } = second.timings;
  expect(totalMs).toBeGreaterThanOrEqual((bodyMs ?? 0) + (firstByteMs ?? 0));
  const streamed = await client.stream('GET', server.origin);
  expect(streamed.status).toBe(200);
  await streamed.text();
  expect(streamed.timings.totalMs).toBeGreaterThan(0);
});
