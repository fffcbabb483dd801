// The times of exchanges, over real sockets: which are there, in which order, and where the time is that was spent.

import type { LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { hello, startHttp2 } from '../testing/http2-server.ts';
import { RecordedExchange, exchange, requestTo } from '../testing/recorded-exchange.ts';
import { again, answer, end, pause, readHead, startScriptedServer } from '../testing/scripted-server.ts';
import { testCertificate } from '../testing/test-certificate.ts';
import { startHttpProxy, startSocksProxy } from '../testing/test-proxy.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import { createWireTransport } from './pool/wire-transport.ts';
import type { Transport } from './transport.ts';
import { createUndiciTransport } from './undici/undici-transport.ts';

const identity = { cert: testCertificate('server'), key: testCertificate('server-key') };
/** What a lookup, or an answer, takes at least in these tests; timers may be a millisecond early. */
const slowMs = 25;
const timed = { timed: true };
const transports: Transport[] = [];
afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.close();
});

const slowLookup: LookupFunction = (_name, _options, found) => {
  setTimeout(() => found(null, [{ address: '127.0.0.1', family: 4 }]), slowMs);
};

const makers = { wire: createWireTransport, undici: createUndiciTransport };

function make(name: keyof typeof makers, options = {}): Transport {
  const transport = makers[name]({ verifyTls: false, lookup: slowLookup, ...options });
  transports.push(transport);
  return transport;
}

async function timesOf(transport: Transport, origin: string, options = timed): Promise<ExchangeTimes> {
  const times = (await exchange(transport, origin, {}, options)).exchange.times?.();
  expect(times).not.toBeUndefined();
  return times as ExchangeTimes;
}

/** The moments that were reached, in the order in which they must have been. */
function moments({ askedMs, assignedMs, sentMs, headMs, endMs }: ExchangeTimes): number[] {
  return [askedMs, assignedMs, sentMs, headMs, endMs].filter((moment) => moment !== null);
}

describe.each(['wire', 'undici'] as const)('%s', (name) => {
  /** undici does not tell when a request has left. */
  const all = name === 'wire' ? 5 : 4;

  test('over TLS the first on a connection has its name, connect and handshake; the next has none of them', async () => {
    await using server = await startScriptedServer([readHead, pause(slowMs), answer('hello'), again], identity);
    const transport = make(name);
    const origin = `https://localhost:${server.port}`;
    const first = await timesOf(transport, origin);
    expect(first.dnsMs).toBeGreaterThan(slowMs - 2);
    expect(first.connectMs).toBeGreaterThan(0);
    expect(first.tlsMs).toBeGreaterThan(0);
    const dialMs = Number(first.dnsMs) + Number(first.connectMs) + Number(first.tlsMs);
    expect(Number(first.assignedMs) - first.askedMs).toBeGreaterThanOrEqual(dialMs - 1);
    expect(Number(first.headMs) - Number(first.assignedMs)).toBeGreaterThan(slowMs - 2);
    expect(moments(first)).toHaveLength(all);
    expect(moments(first)).toEqual(moments(first).toSorted((one, other) => one - other));
    const next = await timesOf(transport, origin);
    expect(next).toMatchObject({ dnsMs: null, connectMs: null, tlsMs: null });
    expect(moments(next)).toHaveLength(all);
    expect(next.askedMs).toBeGreaterThanOrEqual(Number(first.endMs));
  });

  test('in clear, by address: no lookup and no handshake', async () => {
    await using server = await startScriptedServer([readHead, answer('hello')]);
    const times = await timesOf(make(name), server.origin);
    expect([times.dnsMs, times.tlsMs]).toEqual([null, null]);
    expect(times.connectMs).toBeGreaterThan(0);
  });

  test('over HTTP/2 one of those that share a connection has waited for its handshake', async () => {
    await using server = await startHttp2(hello);
    const transport = make(name);
    const sharing = await Promise.all(Array.from({ length: 3 }, () => timesOf(transport, server.origin)));
    expect(sharing.filter(({ tlsMs }) => tlsMs !== null)).toHaveLength(1);
    expect(sharing.map((times) => moments(times).length)).toEqual(sharing.map(() => all));
    expect(transport.statistics().connected).toBe(1);
  });

  test('what fails has the times up to there, and an end', async () => {
    await using cutting = await startScriptedServer([readHead, end]);
    const times = await timesOf(make(name), cutting.origin);
    expect(times.headMs).toBeNull();
    expect(times.endMs).toBeGreaterThanOrEqual(Number(times.assignedMs));
    const unreachable = await timesOf(make(name), 'http://127.0.0.1:1');
    expect(unreachable).toMatchObject({ assignedMs: null, connectMs: null, headMs: null });
    expect(unreachable.endMs).toBeGreaterThanOrEqual(unreachable.askedMs);
  });

  test('what is cancelled has an end', async () => {
    await using server = await startScriptedServer([readHead, pause(1000)]);
    const cancelled = new RecordedExchange(make(name), requestTo(server.origin), timed);
    await sleep(slowMs);
    cancelled.exchange.cancel();
    const times = cancelled.exchange.times?.() as ExchangeTimes;
    expect(Number(times.endMs) - times.askedMs).toBeGreaterThan(slowMs - 2);
  });

  test('those that do not ask have none', async () => {
    await using server = await startScriptedServer([readHead, answer('hello')]);
    const { exchange: untimed } = await exchange(make(name), server.origin);
    expect(untimed.times?.()).toBeNull();
  });
});

test.each([
  ['http', startHttpProxy],
  ['socks5', startSocksProxy],
] as const)('through a tunnel of %s: the way to the proxy, and the handshake with the target', async (kind, start) => {
  await using server = await startScriptedServer([readHead, answer('hello')], identity);
  await using proxy = await start(server.port);
  const transport = make('undici', { proxy: `${kind}://localhost:${proxy.port}` });
  const times = await timesOf(transport, `https://localhost:${server.port}`);
  expect(times.dnsMs).toBeGreaterThan(slowMs - 2);
  expect(times.connectMs).toBeGreaterThan(0);
  expect(times.tlsMs).toBeGreaterThan(0);
});

test('what a server gives back unprocessed begins anew on the next connection', async () => {
  let refused = 0;
  await using server = await startHttp2((stream, headers) => {
    if (refused++ === 0) stream.close(7);
    else hello(stream, headers);
  });
  const times = await timesOf(make('wire'), server.origin);
  expect(refused).toBe(2);
  expect(moments(times)).toEqual(moments(times).toSorted((one, other) => one - other));
  expect(moments(times)).toHaveLength(5);
});
