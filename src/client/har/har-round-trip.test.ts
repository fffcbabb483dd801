// A program runs against a server and is recorded; then it runs without one against the recording, and sees the same.

import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManyfetchError } from '../../errors.ts';
import { bearerAuth } from '../../http/auth/bearer-auth.ts';
import { replayTransport } from '../../http/mock/replay-transport.ts';
import { Client } from '../client.ts';
import type { ClientOptions } from '../client-options.ts';
import { HarRecorder } from './har-recorder.ts';

const folder = mkdtempSync(join(tmpdir(), 'round-trip-'));
const server = createServer(answer);
let baseUrl = '';
let count = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '', 'http://x');
  const answers: Readonly<Record<string, () => void>> = {
    '/count': () => response.end(String(count++)),
    '/json': () => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      response.writeHead(200, headers).end(gzipSync('{"big":12345678901234567890, "name":"日本"}'));
    },
    '/latin': () =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from('für', 'latin1')),
    '/bytes': () => response.writeHead(200, { 'x-kind': ['a', 'b'] }).end(Buffer.from([0, 255, 13, 10])),
    '/login': () => {
      response
        .writeHead(303, { location: '/count?from=login', 'set-cookie': ['sid=abc; Path=/', 'theme=dark'] })
        .end('see there');
    },
    '/cut': () => {
      response.writeHead(200, { 'content-length': '100' }).write('part of it', () => request.socket.destroy());
    },
    '/echo': () => {
      response.setHeader('content-type', request.headers['content-type'] ?? '');
      request.pipe(response);
    },
  };
  (answers[pathname] ?? (() => response.writeHead(404).end()))();
}

/** What a program sees of many kinds of answers. */
async function program(options: ClientOptions): Promise<unknown[]> {
  await using client = new Client({ baseUrl, auth: bearerAuth('secret-1'), ...options });
  const seen: unknown[] = [];
  const tell = async (asked: Promise<Awaited<ReturnType<Client['get']>>>): Promise<void> => {
    try {
      const { status, url, headers, history, ...response } = await asked.then((given) => ({
        status: given.status,
        url: given.url,
        headers: given.headers,
        history: given.history.map((step) => step.status),
        text: given.text(),
        bytes: given.bytes(),
      }));
      const kept = ['content-type', 'x-kind'].map((name) => headers.get(name));
      seen.push([status, url, kept, history, await response.text, Buffer.from(await response.bytes).toString('hex')]);
    } catch (error) {
      seen.push(error instanceof ManyfetchError ? error.code : error);
    }
  };
  await tell(client.get('count'));
  await tell(client.get('count?api_key=secret-2'));
  await tell(client.get('count'));
  await tell(client.get('json'));
  await tell(client.get('latin'));
  await tell(client.get('bytes'));
  await tell(client.head('bytes'));
  await tell(client.post('login', { form: { user: 'u', password: 'secret-3' } }));
  await tell(client.get('cut'));
  await tell(client.get('none'));
  await tell(client.post('echo', { json: { token: 'secret-4', n: 1 } }));
  await tell(client.post('echo', { multipart: { a: '1', file: new File(['x'], 'x.txt') } }));
  await tell(client.get('http://127.0.0.1:1/refused'));
  return seen;
}

test('what was recorded is seen again, from the file, without a server, and holds no secret', async () => {
  const har = new HarRecorder();
  const live = await program({ har });
  expect(live.slice(0, 3).map((seen) => (seen as unknown[])[4])).toEqual(['0', '1', '2']);
  const path = join(folder, 'run.har');
  await har.save(path);
  expect(readFileSync(path, 'utf8')).not.toMatch(/secret-\d|sid=abc/);

  const transport = replayTransport(path);
  const again = await program({ transport });
  // What it was given of its own secrets came back masked, and a boundary is another one each time.
  const masked = JSON.stringify(live).replaceAll('secret-4', '***');
  expect(withoutParts(again)).toEqual(withoutParts(JSON.parse(masked) as unknown[]));
  expect([transport.calls.length, har.statistics().entries]).toEqual([14, 14]);
});

/** Without the bytes of bodies in which a mask stands, and those of parts. */
function withoutParts(seen: unknown[]): unknown[] {
  return seen.map((one) => (Array.isArray(one) && /boundary|\*\*\*/.test(JSON.stringify(one)) ? one.slice(0, 2) : one));
}
