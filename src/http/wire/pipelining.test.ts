// Several requests on one connection before the first is answered: only where that is harmless, and every
// one gets its own answer, whatever becomes of those before it.

import { afterEach, describe, expect, test } from 'vitest';
import { createWireTransport } from '../pool/wire-transport.ts';
import type { Transport } from '../transport.ts';
import { RecordedExchange, exchange, requestTo } from '../../testing/recorded-exchange.ts';
import {
  again,
  answer,
  end,
  pause,
  readHead,
  readRequest,
  send,
  startScriptedServer,
} from '../../testing/scripted-server.ts';
import { until } from '../../testing/until.ts';

const open: Transport[] = [];
const pipelining = (count: number): Transport => {
  const transport = createWireTransport({ pipelining: count });
  open.push(transport);
  return transport;
};

afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close();
});

/** Sends requests for these paths at once, and waits for all. */
function together(transport: Transport, origin: string, paths: readonly string[]): Promise<RecordedExchange[]> {
  return Promise.all(paths.map((path) => exchange(transport, origin, { path })));
}

const bodies = (all: readonly RecordedExchange[]): string[] => all.map((one) => one.error?.code ?? one.body);

describe('pipelining', () => {
  test('begins when a connection has proved that it stays open, and answers come to whom they belong', async () => {
    // The second to fourth request are read before the first of them is answered.
    const script = [
      readHead,
      answer('first'),
      readHead,
      readHead,
      readHead,
      answer('b'),
      answer('c'),
      answer('d'),
      again,
    ];
    await using server = await startScriptedServer(script);
    const transport = pipelining(3);
    await exchange(transport, server.origin, { path: '/first' });
    const all = await together(transport, server.origin, ['/b', '/c', '/d']);
    expect([bodies(all), server.accepted]).toEqual([['b', 'c', 'd'], 1]);
    expect(server.requests.map((head) => head.slice(4, 6))).toEqual(['/f', '/b', '/c', '/d']);
    expect(all.every((one) => one.exchange.reused)).toBe(true);
  });

  test('answers that come in one packet, with bodies of every form', async () => {
    const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n';
    const none = 'HTTP/1.1 204 No Content\r\n\r\n';
    const plain = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nd';
    await using server = await startScriptedServer([
      readHead,
      answer('a'),
      readHead,
      readHead,
      readHead,
      send(chunked + none + plain),
    ]);
    const transport = pipelining(8);
    await exchange(transport, server.origin);
    const all = await together(transport, server.origin, ['/b', '/c', '/d']);
    expect(all.map((one) => `${one.status} ${one.body}`)).toEqual(['200 b', '204 ', '200 d']);
    expect(transport.statistics().connections).toBe(1);
  });

  test('is off by default, and never more than allowed', async () => {
    await using server = await startScriptedServer([readHead, pause(10), answer('a'), again]);
    const one = pipelining(1);
    await exchange(one, server.origin);
    await together(one, server.origin, ['/1', '/2']);
    expect(server.accepted).toBe(2);
    const two = pipelining(2);
    await exchange(two, server.origin);
    await together(two, server.origin, ['/1', '/2', '/3']);
    expect(server.accepted).toBe(4);
  });

  test.each(['POST', 'PATCH'])('a %s is neither sent behind another request, nor followed by one', async (method) => {
    await using server = await startScriptedServer([readRequest, pause(10), answer('a'), again]);
    const transport = pipelining(8);
    await exchange(transport, server.origin);
    const waiting = exchange(transport, server.origin);
    const unsafe = exchange(transport, server.origin, { method, body: 'x' });
    const behind = exchange(transport, server.origin);
    expect(bodies(await Promise.all([waiting, unsafe, behind]))).toEqual(['a', 'a', 'a']);
    const head = (await unsafe).exchange;
    expect([head.reused, server.accepted]).toEqual([false, 2]);
  });

  test('what stood behind an answer that closes the connection is sent again elsewhere', async () => {
    const closing = send('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nb');
    await using server = await startScriptedServer((nth) =>
      nth === 0
        ? [readHead, answer('a'), readHead, readHead, readHead, closing, end]
        : [readHead, answer(`later`), again],
    );
    const transport = pipelining(3);
    await exchange(transport, server.origin);
    expect(bodies(await together(transport, server.origin, ['/b', '/c', '/d']))).toEqual(['b', 'later', 'later']);
  });

  test('what stood behind a request that was cut is sent again, and only the first has failed', async () => {
    await using server = await startScriptedServer((nth) =>
      nth === 0
        ? [readHead, answer('a'), readHead, readHead, send('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal'), end]
        : [readHead, answer('later'), again],
    );
    const transport = pipelining(2);
    await exchange(transport, server.origin);
    expect(bodies(await together(transport, server.origin, ['/b', '/c']))).toEqual(['body_cut', 'later']);
  });

  test('cancelling the first gives the others another connection; cancelling a later one harms nobody', async () => {
    await using server = await startScriptedServer((nth) =>
      nth === 0 ? [readHead, answer('a'), readHead, readHead, readHead] : [readHead, answer('later'), again],
    );
    const transport = pipelining(3);
    await exchange(transport, server.origin);
    const sent = ['/b', '/c', '/d'].map((path) => new RecordedExchange(transport, requestTo(server.origin, { path })));
    await until(() => server.requests.length === 4);
    sent[1]?.exchange.cancel();
    sent[0]?.exchange.cancel();
    const last = await sent[2]?.finished;
    expect([sent[0]?.events, sent[1]?.events, last?.body]).toEqual([[], [], 'later']);
    expect(transport.statistics().inFlight).toBe(0);
  });

  test('an answer more than there were requests ends the connection, and is nobody’s', async () => {
    const two = send('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nbHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil');
    await using server = await startScriptedServer((nth) =>
      nth === 0 ? [readHead, answer('a'), readHead, two] : [readHead, answer('good'), again],
    );
    const transport = pipelining(4);
    await exchange(transport, server.origin);
    expect(bodies([await exchange(transport, server.origin)])).toEqual(['b']);
    expect(transport.statistics().connections).toBe(0);
    expect(bodies([await exchange(transport, server.origin)])).toEqual(['good']);
  });

  test('bytes that had come before a request was sent are not its answer, although they are read later', async () => {
    const two = send('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nbHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil');
    await using server = await startScriptedServer((nth) =>
      nth === 0 ? [readHead, answer('a'), readHead, two] : [readHead, answer('good'), again],
    );
    const transport = pipelining(4);
    await exchange(transport, server.origin);
    const first = new RecordedExchange(transport, requestTo(server.origin));
    let later: Promise<RecordedExchange> | null = null;
    first.onProgress = (event) => {
      if (event === 'head') later = exchange(transport, server.origin, { path: '/later' });
    };
    await first.finished;
    expect([first.body, (await (later as Promise<RecordedExchange> | null))?.body]).toEqual(['b', 'good']);
  });
});
