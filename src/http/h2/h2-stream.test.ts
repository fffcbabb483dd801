// What node:http2 tells of a stream in an order that servers can hardly be made to bring about.

import type { ClientHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { WireExchange } from '../pool/wire-exchange.ts';
import type { ExchangeOwner } from '../pool/wire-exchange.ts';
import { requestTo } from '../../testing/recorded-exchange.ts';
import { H2Stream } from './h2-stream.ts';
import type { StreamOwner } from './h2-stream.ts';

test('data that is told before its head comes behind it', async () => {
  const told: string[] = [];
  const handler = {
    onHead: (status: number) => void told.push(`head ${status}`),
    onData: (chunk: Buffer) => void told.push(`data ${chunk.toString()}`),
    onEnd: () => void told.push('end'),
    onError: () => void told.push('error'),
  };
  const nobody = { bodyTimeoutMs: 0, headersTimeoutMs: 0, over: () => {} } as unknown as ExchangeOwner;
  const exchange = new WireExchange(requestTo('https://a.example'), handler, undefined, nobody);
  const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const owner: StreamOwner = {
    maxHeaderBytes: 1_000,
    heard: () => {},
    streamOver: (leg) => leg.exchange.finish(),
    streamClosed: () => {},
    streamCancelled: () => {},
  };
  const leg = new H2Stream(owner, exchange, stream as ClientHttp2Stream);
  exchange.begin(leg, false);
  // The stream flows from the next tick on.
  await new Promise(setImmediate);
  stream.push('a');
  stream.push('b');
  expect(told).toEqual([]);
  stream.emit('response', { ':status': '200' }, 0, [':status', '200']);
  stream.push('c');
  stream.push(null);
  await new Promise(setImmediate);
  expect(told).toEqual(['head 200', 'data a', 'data b', 'data c', 'end']);
});
