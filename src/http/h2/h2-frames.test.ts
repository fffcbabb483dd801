// The wire over HTTP/2 against frames written by hand: how streams end, and answers that are not what RFC 9113
// allows.

import { afterEach, describe, expect, test } from 'vitest';
import { CountedSource } from '../../testing/counted-source.ts';
import { Http2Bench } from '../../testing/http2-bench.ts';
import { data, frame, goAway, head, ok, reset, type } from '../../testing/http2-frames.ts';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import { until } from '../../testing/until.ts';
import { createWireTransport } from '../pool/wire-transport.ts';

const bench = new Http2Bench(createWireTransport);
afterEach(() => bench.close());

describe('the end of a stream', () => {
  test('a session that goes away with an error, and disowns what it is answering, has cut the body', async () => {
    const peer = await bench.peer({
      onFrame: ({ kind, stream }, connection) => {
        if (kind !== type.headers) return;
        if (connection.nth > 0) connection.send(ok(stream), data(stream, 'another', true));
        else if (stream === 1) connection.send(ok(1, [], true));
        else connection.send(ok(stream), data(stream, 'par'), goAway(1, 2));
      },
    });
    const transport = bench.make();
    await exchange(transport, peer.origin);
    const done = await exchange(transport, peer.origin);
    expect([done.story, done.body, done.error?.code]).toEqual(['head data error', 'par', 'body_cut']);
  });

  test.each([0, 1, 2, 7, 8, 11, 13])('reset with code %i after the head: the body is cut', async (code) => {
    const peer = await bench.answering((stream) => [ok(stream), data(stream, 'par'), reset(stream, code)]);
    const done = await exchange(bench.make(), peer.origin);
    expect(done.story).toMatch(/^head (data )?error$/);
    expect(done.error).toMatchObject({ code: 'body_cut', sent: true, answered: true });
  });

  test.each([
    [0, 'connection_reset'],
    [1, 'connection_reset'],
    [2, 'connection_reset'],
    [8, 'connection_reset'],
    [11, 'connection_reset'],
    [13, 'protocol_error'],
  ])('reset with code %i before the head is %s', async (code, expected) => {
    const peer = await bench.answering((stream) => [reset(stream, code)]);
    const done = await exchange(bench.make(), peer.origin);
    expect(done.error).toMatchObject({ code: expected, sent: true, answered: false });
  });

  test.each([
    ['a text', 'connection_reset', []],
    ['a source', 'connection_reset', []],
    ['a text', 'body_cut', [['content-length', '3'] as const]],
    ['a source', 'body_cut', [['content-length', '3'] as const]],
  ])('reset without error while %s waits for room: %s', async (kind, expected, fields) => {
    // The window that a stream begins with; nobody widens it here.
    const room = 65_535;
    let came = 0;
    const peer = await bench.peer({
      onFrame: ({ kind: type_, payload, stream }, connection) => {
        if (type_ !== type.data) return;
        came += payload.length;
        if (came === room) connection.send(...(fields.length > 0 ? [ok(stream, fields)] : []), reset(stream, 0));
      },
    });
    const large = 'x'.repeat(2 * room);
    const body = new CountedSource([large, large], null, 'never ends');
    const asText = { method: 'POST', body: large };
    const done =
      kind === 'a text'
        ? await exchange(bench.make(), peer.origin, asText)
        : await exchange(bench.make(), peer.origin, { method: 'POST' }, { body });
    expect(done.error?.code).toBe(expected);
    expect(body.returned).toBe(body.opened);
  });

  test('a stream that is reset without error when its answer is whole', async () => {
    const peer = await bench.answering((stream) => [ok(stream), data(stream, 'hello', true), reset(stream, 0)]);
    const source = new CountedSource(['up'], null, 'never ends');
    const done = await exchange(bench.make(), peer.origin, { method: 'POST' }, { body: source });
    expect([done.story, done.body, source.returned]).toEqual(['head data end', 'hello', 1]);
  });

  test('an answer that is whole before its request: the rest is not sent', async () => {
    const peer = await bench.answering((stream) => [ok(stream), data(stream, 'no', true)]);
    const transport = bench.make();
    const source = new CountedSource(['up'], null, 'never ends');
    const done = await exchange(transport, peer.origin, { method: 'POST' }, { body: source });
    expect([done.story, source.returned]).toEqual(['head data end', 1]);
    await until(() => peer.of(type.reset).length === 1);
    expect(peer.of(type.data).map(({ flags }) => flags)).not.toContain(1);
    expect((await exchange(transport, peer.origin)).exchange.reused).toBe(true);
  });

  test.each(['at any time', 'inside a callback'])(
    'a body that is given up %s is not taken for whole: there is no end of it, only a reset',
    async (when) => {
      const peer = await bench.answering((stream) => [ok(stream), data(stream, 'par')]);
      const given = new RecordedExchange(bench.make(), requestTo(peer.origin, { method: 'POST' }), {
        body: new CountedSource(['up'], null, 'never ends'),
      });
      given.onProgress = (event) => (event === 'data' && when !== 'at any time' ? given.exchange.cancel() : undefined);
      await until(() => given.body === 'par' && peer.of(type.data).length > 0);
      given.exchange.cancel();
      await until(() => peer.of(type.reset).length === 1);
      expect(peer.of(type.data).map(({ flags }) => flags)).toEqual([0]);
    },
  );

  test('nor is one that is given up by its source, in the turn in which an answer came', async () => {
    const peer = await bench.answering((stream) => [ok(stream), data(stream, 'par')]);
    const answered = Promise.withResolvers<string>();
    const pieces = [answered.promise];
    const given: { exchange: RecordedExchange | null } = { exchange: null };
    const body = {
      lengthBytes: null,
      open: () => ({
        next: async () => {
          const piece = pieces.shift();
          if (piece === undefined) given.exchange?.exchange.cancel();
          return { done: false as const, value: Buffer.from(await (piece ?? new Promise<string>(() => {}))) };
        },
      }),
    };
    given.exchange = new RecordedExchange(bench.make(), requestTo(peer.origin, { method: 'POST' }), { body });
    given.exchange.onProgress = (event) => (event === 'data' ? answered.resolve('up') : undefined);
    await until(() => peer.of(type.reset).length === 1);
    expect(peer.of(type.data).map(({ flags }) => flags)).not.toContain(1);
  });

  test('a source that fails, or has not what it said, resets the stream', async () => {
    const peer = await bench.answering(() => []);
    const transport = bench.make();
    const sources = [
      new CountedSource(['up'], null, new Error('gone')),
      new CountedSource(['up'], 3),
      new CountedSource(['up!!'], 3),
    ];
    const all = sources.map((body) => exchange(transport, peer.origin, { method: 'POST' }, { body }));
    for (const done of await Promise.all(all)) expect(done.error?.code).toBe('bad_record');
    await until(() => peer.of(type.reset).length === 3);
    expect(peer.of(type.data).map(({ flags }) => flags)).not.toContain(1);
  });

  test('a header that comes twice is sent twice', async () => {
    const peer = await bench.answering((stream) => [ok(stream, [], true)]);
    const headers = ['user-agent', 'a', 'user-agent', 'b'];
    expect((await exchange(bench.make(), peer.origin, { headers })).status).toBe(200);
  });

  test('a cancelled stream is reset with CANCEL', async () => {
    const peer = await bench.answering(() => []);
    const transport = bench.make();
    const cancelled = new RecordedExchange(transport, requestTo(peer.origin));
    await until(() => peer.of(type.headers).length === 1);
    cancelled.exchange.cancel();
    await until(() => peer.of(type.reset).length === 1);
    expect(peer.of(type.reset)[0]?.payload.readUInt32BE()).toBe(8);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 1 });
  });
});

const length = (value: number): [string, string] => ['content-length', String(value)];

describe('answers that are not what they say', () => {
  test.each([
    ['fewer bytes than content-length', 'GET', (id: number) => [ok(id, [length(9)]), data(id, 'hello', true)]],
    ['more bytes than content-length', 'GET', (id: number) => [ok(id, [length(3)]), data(id, 'hello', true)]],
    ['no bytes at all', 'GET', (id: number) => [ok(id, [length(3)], true)]],
    ['a body for HEAD', 'HEAD', (id: number) => [ok(id), data(id, 'hello', true)]],
    ['a body with 204', 'GET', (id: number) => [head(id, [[':status', '204']]), data(id, 'hello', true)]],
    ['two lengths', 'GET', (id: number) => [ok(id, [length(5), length(6)]), data(id, 'hello', true)]],
    ['no status', 'GET', (id: number) => [head(id, [['x-a', 'b']], true)]],
    ['a status of words', 'GET', (id: number) => [head(id, [[':status', 'ok']], true)]],
    ['a name in upper case', 'GET', (id: number) => [ok(id, [['X-A', 'b']], true)]],
    ['a header of connections', 'GET', (id: number) => [ok(id, [['connection', 'close']], true)]],
    ['a status in the trailers', 'GET', (id: number) => [ok(id), head(id, [[':status', '200']], true)]],
  ] as const)('%s: no answer', async (_name, method, frames) => {
    const peer = await bench.answering(frames);
    const transport = bench.make();
    const done = await exchange(transport, peer.origin, { method });
    expect(done.story).toMatch(/error$/);
    expect(transport.statistics().inFlight).toBe(0);
  });

  test.each([
    ['HEAD with a length', 'HEAD', '200'],
    ['304 with a length', 'GET', '304'],
  ])('%s is whole', async (_name, method, status) => {
    const peer = await bench.answering((id) => [head(id, [[':status', status], length(5)], true)]);
    const done = await exchange(bench.make(), peer.origin, { method });
    expect([done.story, done.status]).toEqual(['head end', Number(status)]);
  });

  test('a pushed stream that nobody asked for ends the session', async () => {
    const push = frame(type.push, 4, 1, '\0\0\0\x02\x88');
    const peer = await bench.answering((id) => [push, ok(id, [], true)]);
    expect((await exchange(bench.make(), peer.origin)).error).toMatchObject({ code: 'protocol_error' });
  });

  test('a field with a line break in its value is left out', async () => {
    const peer = await bench.answering((id) => [
      ok(
        id,
        [
          ['x-a', 'b\r\nx-c: d'],
          ['x-e', 'f'],
        ],
        true,
      ),
    ]);
    expect((await exchange(bench.make(), peer.origin)).headers).toEqual(['x-e', 'f']);
  });

  // Far beyond what was allowed nghttp2 ends the stream itself, and cannot be told from a server that does.
  test.each([
    [1_000, 'answered'],
    [3_000, 'headers_too_large'],
    [10_000, 'connection_reset'],
  ])('of at most 2,000 bytes, a head of %i: %s', async (bytes, expected) => {
    const peer = await bench.answering((id) => {
      const size = id === 1 ? 1 : bytes;
      return [ok(id, [['x-big', 'b'.repeat(size)]]), data(id, 'hello', true)];
    });
    const transport = bench.make({ maxHeaderBytes: 2_000 });
    // What the server was told holds from the second on.
    await exchange(transport, peer.origin);
    const done = await exchange(transport, peer.origin);
    expect(done.error?.code ?? 'answered').toBe(expected);
    expect(done.story).toBe(expected === 'answered' ? 'head data end' : 'error');
  });

  test('a head may be as large as was allowed, also in many frames', async () => {
    const fields = Array.from({ length: 10 }, () => ['x-big', 'b'.repeat(10_000)] as const);
    const peer = await bench.answering((id) => [...splitHead(ok(id, fields, true))]);
    expect((await exchange(bench.make({ maxHeaderBytes: 200_000 }), peer.origin)).status).toBe(200);
    expect((await exchange(bench.make(), peer.origin)).error?.code).toBe('headers_too_large');
  });
});

/** A head in frames of at most 16 KiB (RFC 9113, 6.10). */
function* splitHead(whole: Buffer): Generator<Buffer> {
  const most = 16_384;
  const block = whole.toString('latin1', 9);
  const flags = whole[4] ?? 0;
  for (let at = 0; at < block.length; at += most) {
    const isLast = at + most >= block.length;
    const own = (at === 0 ? flags - 4 : 0) + (isLast ? 4 : 0);
    yield frame(at === 0 ? type.headers : 9, own, whole.readUInt32BE(5), block.slice(at, at + most));
  }
}
