// Bodies that are files, and streams of a known length.

import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { filePart } from '../http/forms/file-part.ts';
import { streamPart } from '../http/forms/stream-part.ts';
import { startObserved } from '../testing/observed-server.ts';
import { Client } from './client.ts';

const path = import.meta.filename;

test('they tell their length and their type', async () => {
  await using server = await startObserved();
  await using client = new Client();
  await client.put(server.origin, { body: filePart(path, { type: 'text/x' }) });
  await client.put(server.origin, { body: streamPart(['st', Buffer.from('ream')], { lengthBytes: 6, name: 'a.csv' }) });
  const sent = server.requests.map(({ headers, body }) => [headers['content-length'], headers['content-type'], body]);
  expect(sent).toEqual([
    [String(statSync(path).size), 'text/x', readFileSync(path, 'utf8')],
    ['6', 'text/csv', 'stream'],
  ]);
});

test('a length that is wrong, and a file that is not there, are errors', async () => {
  await using server = await startObserved();
  await using client = new Client();
  const short = client.put(server.origin, { body: streamPart(['st'], { lengthBytes: 6 }) });
  await expect(short).rejects.toMatchObject({ code: 'bad_record', message: expect.stringContaining('6 bytes') });
  await expect(client.put(server.origin, { body: filePart('/no/file') })).rejects.toMatchObject({
    code: 'no_such_file',
  });
});

test('a file is sent again where that is needed', async () => {
  await using server = await startObserved(({ path: asked }, response) => {
    if (asked === '/') response.writeHead(307, { location: '/there' });
    response.end();
  });
  await using client = new Client();
  expect((await client.put(server.origin, { body: filePart(path) })).history.length).toBe(1);
  const whole = readFileSync(path, 'utf8');
  expect(server.requests.map((request) => [request.path, request.body])).toEqual([
    ['/', whole],
    ['/there', whole],
  ]);
});
