// The wire over HTTP/2: streams beside one another. Windows, pauses, and bodies that take their time.

import { afterEach, expect, test } from 'vitest';
import { CountedSource } from '../../testing/counted-source.ts';
import { Http2Bench } from '../../testing/http2-bench.ts';
import { startHttp2 } from '../../testing/http2-server.ts';
import type { OnStream } from '../../testing/http2-server.ts';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import { until } from '../../testing/until.ts';
import { ByteString } from '../byte-string.ts';
import { createWireTransport } from '../pool/wire-transport.ts';

const bench = new Http2Bench(createWireTransport);
afterEach(() => bench.close());

/** More than the window of a stream. */
const bodyBytes = 320 * 1024;

const sendMuch: OnStream = (stream) => {
  stream.respond({ ':status': 200 });
  stream.end('x'.repeat(bodyBytes));
};

/** Answers with what came. */
const echo: OnStream = (stream, headers) => {
  stream.respond({ ':status': 200, 'x-length': headers['content-length'] ?? 'none' });
  stream.pipe(stream);
};

test('streams that are paused hold up no other, and keep no more than their windows', async () => {
  await using server = await startHttp2(sendMuch, {}, false);
  const transport = bench.make();
  const paused = Array.from({ length: 20 }, () => new RecordedExchange(transport, requestTo(server.origin)));
  for (const one of paused) one.onProgress = () => one.exchange.pause();
  await until(() => paused.every((one) => one.events.length > 0));
  const others = await Promise.all(Array.from({ length: 5 }, () => exchange(transport, server.origin)));
  expect(others.map((one) => one.body.length)).toEqual(others.map(() => bodyBytes));
  expect(server.sessions).toHaveLength(1);
  expect(paused.every((one) => one.body.length < bodyBytes && !one.ended)).toBe(true);
  for (const one of paused) {
    one.onProgress = () => {};
    one.exchange.resume();
  }
  for (const one of await Promise.all(paused.map(({ finished }) => finished)))
    expect([one.story, one.body.length]).toEqual(['head data end', bodyBytes]);
});

test('paused before there is a connection, nothing of the body comes', async () => {
  await using server = await startHttp2(sendMuch, {}, false);
  const transport = bench.make();
  const paused = new RecordedExchange(transport, requestTo(server.origin));
  paused.exchange.pause();
  await until(() => paused.events.length > 0);
  await exchange(transport, server.origin);
  expect(paused.story).toBe('head');
  paused.exchange.resume();
  expect((await paused.finished).body).toHaveLength(bodyBytes);
});

test.each([
  ['a text', 'grün', 'gr\xc3\xbcn'],
  ['bytes', Buffer.from([0, 255, 10]), '\0\xff\n'],
  ['a byte string', new ByteString('gr\xc3\xbcn'), 'gr\xc3\xbcn'],
  ['much text', 'ab'.repeat(500_000), 'ab'.repeat(500_000)],
  ['an empty text', '', ''],
])('a body that is %s arrives as it is, with its length', async (_name, body, expected) => {
  await using server = await startHttp2(echo, {}, false);
  const done = await exchange(bench.make({ headersTimeoutMs: 5_000 }), server.origin, { method: 'POST', body });
  expect(done.body === expected).toBe(true);
  expect(done.headers[done.headers.indexOf('x-length') + 1]).toBe(String(Buffer.byteLength(expected, 'latin1')));
});

test.each([
  ['with a length', 600_000],
  ['without one', null],
])('a body that is a source, %s, arrives whole', async (_name, length) => {
  await using server = await startHttp2(echo, {}, false);
  const pieces = Array.from({ length: 6 }, (_, nth) => String(nth).repeat(100_000));
  const source = new CountedSource(pieces, length);
  const done = await exchange(bench.make(), server.origin, { method: 'POST' }, { body: source });
  expect(done.body === pieces.join('')).toBe(true);
  expect(done.headers[done.headers.indexOf('x-length') + 1]).toBe(length === null ? 'none' : String(length));
  expect([source.opened, source.returned]).toEqual([1, 0]);
});

test('a source is pulled no faster than the server reads', async () => {
  await using server = await startHttp2(() => {}, {}, false);
  const pieces = Array.from({ length: 200 }, () => 'x'.repeat(16_384));
  const source = new CountedSource(pieces, null);
  const slow = new RecordedExchange(bench.make(), requestTo(server.origin, { method: 'POST' }), { body: source });
  await until(() => source.pulled > 2);
  for (let nth = 0; nth < 50; nth++) await new Promise((resolve) => void setImmediate(resolve));
  expect(source.pulled).toBeLessThan(20);
  slow.exchange.cancel();
  await until(() => source.returned === 1);
});

test('the time for the head begins when a large body has left', async () => {
  await using server = await startHttp2(() => {}, {}, false);
  const changes = { method: 'POST', body: 'x'.repeat(500_000) };
  const transport = bench.make({ headersTimeoutMs: 30 });
  const held = new RecordedExchange(transport, requestTo(server.origin, changes));
  // The window of the stream is full: nothing is to be answered yet.
  expect((await exchange(transport, server.origin, { method: 'POST', body: 'x' })).error?.code).toBe('timeout');
  expect(held.ended).toBe(false);
});
