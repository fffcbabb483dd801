// The wire over HTTP/2 against frames written by hand: sessions that end, limits that come late, and servers
// that fall silent.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CountedSource } from '../../testing/counted-source.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { Http2Bench } from '../../testing/http2-bench.ts';
import { data, goAway, ok, reset, settings, type } from '../../testing/http2-frames.ts';
import type { Http2Peer, PeerConnection } from '../../testing/http2-frames.ts';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import { until } from '../../testing/until.ts';
import { TimerWheel } from '../../concurrency/time/timer-wheel.ts';
import type { CarrierOwner } from '../pool/carrier.ts';
import { WireExchange } from '../pool/wire-exchange.ts';
import type { ExchangeOwner } from '../pool/wire-exchange.ts';
import { createWireTransport } from '../pool/wire-transport.ts';
import type { ResponseHandler, Transport } from '../transport.ts';
import { H2Carrier } from './h2-carrier.ts';
import { RequestFields } from './request-fields.ts';

const bench = new Http2Bench(createWireTransport);
afterEach(() => bench.close());

function three(transport: Transport, origin: string): RecordedExchange[] {
  return ['/1', '/2', '/3'].map((path) => new RecordedExchange(transport, requestTo(origin, { path, method: 'POST' })));
}

/** The first connection gets all three requests and goes away having taken one; the second answers. */
function leaving(code: number): Promise<Http2Peer> {
  return bench.peer({
    onFrame: ({ kind, stream }, connection) => {
      if (kind !== type.headers) return;
      if (connection.nth > 0) connection.send(ok(stream), data(stream, 'second', true));
      else if (stream === 7) connection.send(goAway(3, code), ok(3), data(3, 'first', true));
      else if (stream === 1) connection.send(ok(1, [], true));
    },
  });
}

test('each exchange is freed once, and before the session is gone', async () => {
  const peer = await bench.peer({
    onFrame: ({ kind, stream }, { socket }) => {
      if (kind === type.headers && stream === 5) socket.destroy();
    },
  });
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const said: string[] = [];
  const owner: CarrierOwner = {
    freed: () => said.push('freed'),
    limitChanged: () => said.push('limit'),
    gone: () => said.push('gone'),
    unprocessed: () => said.push('unprocessed'),
  };
  const exchanges: ExchangeOwner = {
    wheel,
    clock,
    headersTimeoutMs: 0,
    bodyTimeoutMs: 0,
    over: () => {},
    abandon: () => {},
    report: () => said.push('failed'),
  };
  const socket = connect(Number(new URL(peer.origin).port), '127.0.0.1');
  await once(socket, 'connect');
  const fields = new RequestFields(peer.origin);
  const shared = { origin: peer.origin, fields, maxHeaderBytes: 1_000, maxStreams: 9, pingIntervalMs: 1_000 };
  const carrier = new H2Carrier(socket, owner, { ...shared, wheel, clock });
  await until(() => said.length > 0);
  const handler: ResponseHandler = { onHead: () => {}, onData: () => {}, onEnd: () => {}, onError: () => {} };
  for (let nth = 0; nth < 3; nth++) {
    const one = new WireExchange(requestTo(peer.origin), handler, {}, exchanges);
    one.sending = false;
    carrier.start(one);
  }
  await until(() => said.includes('failed'));
  await turns(5);
  expect(said).toEqual(['limit', 'freed', 'freed', 'freed', 'gone', 'failed', 'failed', 'failed']);
  expect([carrier.limit, clock.pending]).toEqual([0, 0]);
});

describe('GOAWAY', () => {
  test('without error: what the server took is answered, the rest goes elsewhere, each once', async () => {
    const peer = await leaving(0);
    const transport = bench.make();
    await exchange(transport, peer.origin);
    const done = await Promise.all(three(transport, peer.origin).map((one) => one.finished));
    expect(done.map((one) => one.body)).toEqual(['first', 'second', 'second']);
    expect([peer.connections.length, peer.of(type.headers).length]).toEqual([2, 6]);
    await until(() => peer.connections[0]?.socket.destroyed === true);
    expect(transport.statistics().connections).toBe(1);
  });

  test('with an error: what the server took has failed, the rest goes elsewhere', async () => {
    const peer = await leaving(11);
    const transport = bench.make();
    await exchange(transport, peer.origin);
    const done = await Promise.all(three(transport, peer.origin).map((one) => one.finished));
    expect(done.map((one) => one.body)).toEqual(['', 'second', 'second']);
    expect(done[0]?.error).toMatchObject({ code: 'connection_reset', sent: true });
  });

  test('a stream that is refused is sent again, its body from the first byte', async () => {
    const peer = await bench.peer({
      onFrame: ({ kind, stream, flags }, connection) => {
        if (kind === type.headers && stream === 1) connection.send(reset(1, 7));
        else if (kind === type.data && stream === 3 && flags === 1) connection.send(ok(3), data(3, 'yes', true));
      },
    });
    const source = new CountedSource(['whole'], 5);
    const done = await exchange(bench.make(), peer.origin, { method: 'POST' }, { body: source });
    expect([done.body, source.opened]).toEqual(['yes', 2]);
    const sent = peer.of(type.data).filter(({ stream }) => stream === 3);
    expect(Buffer.concat(sent.map(({ payload }) => payload)).toString()).toBe('whole');
  });
});

/** More turns of the event loop than anything here takes. */
async function turns(count: number): Promise<void> {
  for (let nth = 0; nth < count; nth++) await new Promise((resolve) => void setImmediate(resolve));
}

describe('SETTINGS', () => {
  test('until they come one request is on its way; then as many as the server allows', async () => {
    const peer = await bench.peer({ onConnection: () => {}, onFrame: () => {}, isSilent: true });
    const transport = bench.make();
    const all = Array.from({ length: 10 }, () => new RecordedExchange(transport, requestTo(peer.origin)));
    await until(() => peer.of(type.headers).length === 1);
    await turns(20);
    expect([peer.of(type.headers).length, peer.connections.length]).toEqual([1, 1]);
    peer.connections[0]?.send(settings(4));
    // Six are left for two more connections, which have one each until they know more.
    await until(() => peer.of(type.headers).length === 6);
    await turns(20);
    expect([peer.of(type.headers).length, peer.connections.length]).toEqual([6, 3]);
    expect(all.every((one) => !one.ended)).toBe(true);
  });

  test('once they are known, as many connections are opened at once as those that wait need', async () => {
    const later: PeerConnection[] = [];
    const peer = await bench.peer({
      isSilent: true,
      onConnection: (connection) => {
        if (connection.nth === 0) connection.send(settings(2));
        else if (later.push(connection) === 4) for (const one of later) one.send(settings(2));
      },
      onFrame: ({ kind, stream }, connection) => {
        if (kind === type.headers && connection.nth > 0 && stream > 1) connection.send(ok(stream, [], true));
      },
    });
    const transport = bench.make();
    const all = Array.from({ length: 10 }, () => new RecordedExchange(transport, requestTo(peer.origin)));
    await until(() => all.filter((one) => one.status === 200).length === 4);
    expect(peer.connections).toHaveLength(5);
  });

  test('that come later are followed, down to none and up again', async () => {
    const came: number[] = [];
    const peer = await bench.peer({
      onConnection: (connection) => connection.send(settings(2)),
      onFrame: ({ kind }, { nth }) => {
        if (kind === type.headers) came.push(nth);
      },
    });
    const transport = bench.make();
    const ask = (): RecordedExchange => new RecordedExchange(transport, requestTo(peer.origin));
    ask();
    await until(() => came.length === 1);
    peer.connections[0]?.send(settings(0));
    await until(() => peer.of(type.settings).length === 3);
    ask();
    await until(() => came.length === 2);
    peer.connections[0]?.send(settings(3));
    await until(() => peer.of(type.settings).length === 6);
    ask();
    ask();
    ask();
    await until(() => came.length === 5);
    expect(came).toEqual([0, 1, 0, 0, 1]);
  });
});

describe('a server that falls silent', () => {
  const intervalMs = 15_050;

  test('is asked by PING, and given up when it does not answer', async () => {
    const clock = new FakeClock();
    const peer = await bench.peer({ isSilent: true, onFrame: () => {} });
    const transport = bench.make({ clock });
    const both = [0, 1].map(() => new RecordedExchange(transport, requestTo(peer.origin)));
    await until(() => peer.of(type.headers).length === 2);
    // Something was heard in the first interval.
    clock.advance(intervalMs);
    await turns(20);
    expect(peer.of(type.ping)).toHaveLength(0);
    clock.advance(intervalMs);
    await until(() => peer.of(type.ping).length === 1);
    expect(both.map((one) => one.story)).toEqual(['', '']);
    clock.advance(intervalMs);
    const [first, second] = await Promise.all(both.map((one) => one.finished));
    expect(first?.error).toMatchObject({ code: 'connection_reset', systemCode: 'ETIMEDOUT', sent: true });
    expect(second?.error?.answered).toBe(false);
    await until(() => peer.connections[0]?.socket.destroyed === true);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
    clock.advance(2_000);
    expect(clock.pending).toBe(0);
  });

  test('is not asked while nothing is in flight', async () => {
    const clock = new FakeClock();
    const peer = await bench.answering((stream) => [ok(stream, [], true)]);
    await exchange(bench.make({ clock }), peer.origin);
    for (let nth = 0; nth < 3; nth++) {
      clock.advance(intervalMs);
      await turns(20);
    }
    expect([peer.of(type.ping).length, peer.connections[0]?.socket.destroyed]).toEqual([0, false]);
  });

  test('stays, as long as it answers', async () => {
    const clock = new FakeClock();
    const peer = await bench.peer({ onFrame: () => {} });
    const waiting = new RecordedExchange(bench.make({ clock }), requestTo(peer.origin));
    await until(() => peer.of(type.headers).length === 1);
    await turns(20);
    for (let nth = 0; nth < 6; nth++) {
      clock.advance(intervalMs);
      await turns(20);
    }
    expect([waiting.story, peer.of(type.ping).length]).toEqual(['', 3]);
  });
});
