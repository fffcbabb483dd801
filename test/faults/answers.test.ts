// Answers that are too large, are not what they say, or are encoded: what is kept of them, and that
// none of them takes more memory than was allowed.

import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTarget } from '../../src/target/start-target.ts';
import type { Target } from '../../src/target/start-target.ts';
import { readRequest, send, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { storyOf, tryRun } from './try-run.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

const mebi = 1024 * 1024;

/** The most that buffers took, above what they take now, while something runs. */
async function buffersOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 2);
  await work();
  clearInterval(timer);
  return most - before;
}

/** Answers with a body that has no end, as fast as it is taken. */
async function startEndless() {
  let sentBytes = 0;
  const block = Buffer.alloc(64 * 1024, 'x');
  const pour = (socket: Socket): void => {
    while (!socket.destroyed && socket.write(block)) sentBytes += block.length;
  };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('drain', () => pour(socket));
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n');
      pour(socket);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sentBytes: () => sentBytes,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

test('a body without an end is given up at the limit', async () => {
  await using endless = await startEndless();
  const run = () =>
    tryRun(
      Array.from({ length: 10 }, () => ({ url: endless.url })),
      { maxBodyBytes: mebi, concurrency: 10 },
    );
  const { rows } = await run();
  expect(rows.map(storyOf)).toEqual(Array(10).fill('failed body_too_large x1'));
  expect(rows[0]?.error?.message).toContain('1048576 bytes');
  // What a connection holds in the kernel's buffers comes on top.
  expect(endless.sentBytes()).toBeLessThan(10 * 20 * mebi);
  expect(await buffersOf(run)).toBeLessThan(64 * mebi);
});

test('a bomb is given up at the limit, whatever it would decode to', async () => {
  const bytes = 150 * mebi;
  const bomb = gzipSync(Buffer.alloc(bytes));
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
  await using server = await startScriptedServer([readRequest, send(head), send(bomb)]);
  const records = Array.from({ length: 4 }, () => ({ url: `${server.origin}/` }));
  const most = await buffersOf(async () => {
    const { rows } = await tryRun(records, { maxBodyBytes: mebi });
    expect(rows.map(storyOf)).toEqual(Array(4).fill('failed body_too_large x1'));
    expect(rows[0]).toMatchObject({ status: 200, error: { message: expect.stringContaining('gzip') as string } });
  });
  expect(most).toBeLessThan(40 * mebi);
});

test('a body of just the size that is allowed is kept', async () => {
  const { rows } = await tryRun([{ url: `${target.url}/bytes/1000` }, { url: `${target.url}/bytes/1001` }], {
    maxBodyBytes: 1000,
  });
  expect(rows.map(storyOf)).toEqual(['ok 200 x1', 'failed body_too_large x1']);
  expect(Buffer.from(rows[0]?.bodyBase64 ?? '', 'base64')).toHaveLength(1000);
});

test.each(['gzip', 'br', 'zstd', 'deflate'])('%s is undone', async (encoding) => {
  const { rows } = await tryRun([{ url: `${target.url}/${encoding}` }]);
  expect(rows[0]).toMatchObject({
    result: 'ok',
    body: { encoding, message: expect.stringContaining('Hello from behind an encoding.') as string },
  });
});

test.each([
  ['gzip', 'this is no gzip'],
  ['br', 'this is no brotli, for sure'],
  ['zstd', 'this is no zstd'],
  ['deflate', '\u0008\u001dno zlib'],
])('what says %s and is not is a failure, and is not asked for again', async (encoding, body) => {
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`;
  await using server = await startScriptedServer([readRequest, send(head + body)]);
  const { rows } = await tryRun([{ url: `${server.origin}/` }]);
  expect(rows.map(storyOf)).toEqual(['failed bad_encoding x1']);
  expect(rows[0]).toMatchObject({ status: 200, error: { message: expect.stringContaining(encoding) as string } });
  expect(server.requests).toHaveLength(1);
});

test('encodings that stand in two headers are undone one after the other', async () => {
  const body = brotliCompressSync(gzipSync('twice'));
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n`;
  const type = 'content-type: text/plain\r\ncontent-encoding: br\r\n\r\n';
  await using server = await startScriptedServer([readRequest, send(Buffer.concat([Buffer.from(head + type), body]))]);
  const { rows } = await tryRun([{ url: `${server.origin}/` }]);
  expect(rows[0]).toMatchObject({ result: 'ok', body: 'twice' });
});

test('an encoding that nobody knows leaves the bytes as they are', async () => {
  const head =
    'HTTP/1.1 200 OK\r\ncontent-encoding: rot13\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nuryyb';
  await using server = await startScriptedServer([readRequest, send(head)]);
  const { rows } = await tryRun([{ url: `${server.origin}/` }]);
  expect(rows.map(storyOf)).toEqual(['ok 200 x1']);
  expect(rows[0]).toMatchObject({ body: 'uryyb' });
});

test.each([
  ['utf-8', 'Grüße, señor: ¿déjà vu? 5 × ½ = 2½\n'],
  ['iso-8859-1', 'Grüße, señor: ¿déjà vu? 5 × ½ = 2½\n'],
  ['utf-16be', 'Grüße, señor: ¿déjà vu? 5 × ½ = 2½\n'],
  ['shift_jis', 'こんにちは\n'],
])('text in %s is text', async (charset, text) => {
  const { rows } = await tryRun([{ url: `${target.url}/text?charset=${charset}` }]);
  expect(rows[0]).toMatchObject({ result: 'ok', body: text });
});

test('JSON stands digit for digit as it came, on one line', async () => {
  const { rows, traces } = await tryRun([{ url: `${target.url}/json/pretty` }]);
  expect(rows.map(storyOf)).toEqual(['ok 200 x1']);
  const pretty = await (await fetch(`${target.url}/json/pretty`)).text();
  const numbers = pretty.match(/-?\d{17,}(?:\.\d+)?/g) ?? [];
  expect(numbers.length).toBeGreaterThan(0);
  for (const number of numbers) expect(traces).toContain(number);
});
