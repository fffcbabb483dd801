// Files in forms, over sockets and both transports: they arrive, they are closed however the sending ends, and a file that
// changes in the meantime is told of instead of sent.

import { readdirSync, readlinkSync } from 'node:fs';
import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordedExchange, requestTo } from '../../testing/recorded-exchange.ts';
import { until } from '../../testing/until.ts';
import { createWireTransport } from '../pool/wire-transport.ts';
import type { Transport } from '../transport.ts';
import { createUndiciTransport } from '../undici/undici-transport.ts';
import { filePart } from './file-part.ts';
import { type MultipartBody, multipartBody } from './multipart-body.ts';
import { streamPart } from './stream-part.ts';

let folder = '';
let server: Server;
let origin = '';
/** What the server reads a form as; on /silent it reads nothing. */
const received: { headers: IncomingMessage['headers']; fields: [string, string, string][] }[] = [];

async function receive(request: IncomingMessage): Promise<void> {
  const body = new Uint8Array(Buffer.concat(await request.toArray()));
  const form = await new Response(body, {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
  const fields = [...form].map(async ([name, value]): Promise<[string, string, string]> =>
    typeof value === 'string' ? [name, '', value] : [name, `${value.name} ${value.type}`, await value.text()],
  );
  received.push({ headers: request.headers, fields: await Promise.all(fields) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-part-'));
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    void receive(request).then(
      () => response.end(),
      () => undefined,
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await rm(folder, { recursive: true });
});

function post(transport: Transport, { contentType, body }: MultipartBody, path = '/'): RecordedExchange {
  const request = requestTo(origin, { method: 'POST', path, headers: ['content-type', contentType] });
  return new RecordedExchange(transport, request, { body });
}

function isOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((handle) => {
    try {
      return readlinkSync(`/proc/self/fd/${handle}`) === path;
    } catch {
      return false; // It was the one that read the folder.
    }
  });
}

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe.each<[name: string, create: () => Transport]>([
  ['wire', createWireTransport],
  ['undici', createUndiciTransport],
])('over %s', (_, create) => {
  test('a file arrives, with a length that is known, and again', async () => {
    const transport = create();
    const path = await fileOf('table.csv', 'id\n1\n');
    const form = multipartBody({
      a: 'b',
      file: filePart(path),
      empty: filePart(await fileOf('empty', ''), { name: 'e.json' }),
    });
    for (let attempt = 0; attempt < 2; attempt += 1) expect((await post(transport, form).finished).status).toBe(200);
    for (const { headers, fields } of received.splice(0)) {
      expect(headers['content-length']).toBe(String(form.body.lengthBytes));
      expect(fields).toEqual([
        ['a', '', 'b'],
        ['file', 'table.csv text/csv', 'id\n1\n'],
        ['empty', 'e.json application/json', ''],
      ]);
    }
    await transport.close();
    expect(isOpen(path)).toBe(false);
  });

  test('a stream goes in chunks, unless its length is said', async () => {
    const transport = create();
    await post(transport, multipartBody({ s: streamPart(['x', 'y'], { name: 's.txt' }) })).finished;
    await post(transport, multipartBody({ s: streamPart(['x', 'y'], { name: 's.txt', lengthBytes: 2 }) })).finished;
    await transport.close();
    const [chunked, sized] = received.splice(0);
    expect([chunked?.headers['transfer-encoding'], sized?.headers['transfer-encoding']]).toEqual([
      'chunked',
      undefined,
    ]);
    expect([chunked?.fields, sized?.fields]).toEqual([
      [['s', 's.txt text/plain', 'xy']],
      [['s', 's.txt text/plain', 'xy']],
    ]);
  });

  test('a large file is not read ahead of the server, and is closed when the request is given up', async () => {
    const transport = create();
    const path = await fileOf('large.bin', 'x'.repeat(10 * 1024 * 1024));
    let pulled = 0;
    const after = function* (): Generator<string> {
      for (; pulled < 1000; pulled += 1) yield 'x'.repeat(65_536);
    };
    const { exchange } = post(transport, multipartBody({ file: filePart(path), after: streamPart(after) }), '/silent');
    await until(() => isOpen(path));
    await sleep(100);
    expect([isOpen(path), pulled]).toEqual([true, 0]);
    exchange.cancel();
    await until(() => !isOpen(path));
    expect(pulled).toBe(0);
    await transport.close();
  });

  test('a file that changed since the form was made fails the request', async () => {
    const transport = create();
    const path = await fileOf('changed.txt', 'before');
    const form = multipartBody({ file: filePart(path) });
    await appendFile(path, ' and after');
    const { error } = await post(transport, form).finished;
    expect(error?.message).toContain(`${path} changed: it is not the 6 bytes any more`);
    await transport.close();
    expect(isOpen(path)).toBe(false);
  });
});

test.each([
  ['grows', appendFile],
  ['is cut', (path: string) => truncate(path, 70_000)],
])('a file that %s while it is sent fails the request, and is closed', async (_, change) => {
  const path = await fileOf('moving.bin', 'x'.repeat(100_000));
  const source = filePart(path).content().open()[Symbol.asyncIterator]();
  await source.next();
  await change(path, 'more');
  await source.next();
  await expect(source.next()).rejects.toThrow('changed: it is not the 100000 bytes any more');
  expect(isOpen(path)).toBe(false);
});

test('a file that is not opened yet is not looked for in vain: what is not there is told when the form is made', () => {
  const missing = filePart(join(folder, 'none'));
  expect(() => multipartBody({ missing })).toThrow(expect.objectContaining({ code: 'no_such_file' }));
  expect(() => multipartBody({ folder: filePart(folder) })).toThrow(expect.objectContaining({ code: 'unreadable' }));
});

test('a file without a size is sent until it ends, once', async () => {
  const form = multipartBody({ zero: filePart('/dev/null') });
  expect([form.body.lengthBytes, form.body.repeatable]).toEqual([null, false]);
});
