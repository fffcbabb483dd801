// One suite that every transport with sockets passes: what the bytes of HTTP/1.1 mean, the wrong
// ones included. The contract that has nothing to do with bytes is in `transport-contract.ts`, the parts of
// the suite are in `conformance/`.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { TransportOptions } from '../http/transport-options.ts';
import type { Transport } from '../http/transport.ts';
import { bodiesWellSent } from './conformance/body-conformance.ts';
import { cancelsAtOnce } from './conformance/cancel-conformance.ts';
import { connectionsWellUsed } from './conformance/connection-conformance.ts';
import { describeCases } from './conformance/describe-cases.ts';
import { pausesWell } from './conformance/pause-conformance.ts';
import { phasesWithinTime } from './conformance/timeout-conformance.ts';
import { head } from './conformance/wire-case.ts';
import { exchange } from './recorded-exchange.ts';
import { requestsAsTheyAre } from './request-conformance.ts';
import { answer, drip, end, readHead, reset, send } from './scripted-server.ts';
import { startScriptedServer } from './scripted-server.ts';
import type { Script } from './scripted-server.ts';
import { describeContract } from './transport-contract.ts';
import type { Bench } from './transport-contract.ts';
import { until } from './until.ts';

type Make = (options?: TransportOptions) => Transport;

/** What a transport may do differently. */
export interface Traits {
  /** Differs where docs/wire.md says so, has no names for faults, and a clock of its own. @default false */
  readonly isUndici?: boolean;
}

const open: Transport[] = [];

/** Holds a transport to the contract and to HTTP/1.1. */
export function describeTransport(name: string, make: Make, { isUndici = false }: Traits = {}): void {
  describeContract(name, () => socketBench(make));
  describeCases(name, make, isUndici);
  const opened: Make = (options) => remembered(make(options));
  describe(`${name}: sockets`, () => {
    afterEach(async () => {
      for (const transport of open.splice(0)) await transport.close();
    });
    wholeAnswers(opened, isUndici);
    faults(opened);
    requestsAsTheyAre(opened);
    bodiesWellSent(opened, isUndici);
    pausesWell(opened);
    connectionsWellUsed(opened, isUndici);
    cancelsAtOnce(opened);
    phasesWithinTime(opened, isUndici);
  });
}

function remembered(transport: Transport): Transport {
  open.push(transport);
  return transport;
}

function wholeAnswers(make: Make, isUndici: boolean): void {
  test('answer: byte by byte', async () => {
    const trailed = `${head('transfer-encoding: chunked')}5;a="b"\r\nhello\r\n0\r\nx: 1\r\n\r\n`;
    await using server = await startScriptedServer([readHead, drip(trailed, 0)]);
    const done = await exchange(make(), server.origin);
    expect([done.status, done.body, done.trailers, done.story]).toEqual([
      200,
      'hello',
      ['x', '1'],
      'head data trailers end',
    ]);
  });

  test('answer: the headers of an interim answer are told', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nlink: </b>\r\n\r\n';
    await using server = await startScriptedServer([readHead, send(hints), answer('hello')]);
    const done = await exchange(make(), server.origin);
    expect([done.interim, done.hints, done.body]).toEqual([[103], ['link', '</a>', 'link', '</b>'], 'hello']);
    expect(done.headers).not.toContain('link');
  });

  test('answer: the version and the reason are told, of each answer its own', async () => {
    const first = [
      'HTTP/1.1 200 It  went well',
      'HTTP/1.1 200 OK',
      'HTTP/1.1 200',
      'HTTP/1.1 404 ',
      'HTTP/1.0 200 Old',
    ];
    await using server = await startScriptedServer(
      first.flatMap((line) => [readHead, send(`${line}\r\ncontent-length: 0\r\n\r\n`)]),
    );
    const transport = make();
    const told: unknown[] = [];
    for (const _ of first) {
      const { reason, version } = await exchange(transport, server.origin);
      told.push([version, reason]);
    }
    const old = isUndici ? '1.1' : '1.0';
    expect(told).toEqual([
      ['1.1', 'It  went well'],
      ['1.1', 'OK'],
      ['1.1', ''],
      ['1.1', ''],
      [old, 'Old'],
    ]);
  });

  test('answer: a large body comes whole', async () => {
    const body = 'x'.repeat(5_000_000);
    await using server = await startScriptedServer([readHead, answer(body)]);
    expect((await exchange(make(), server.origin)).body).toHaveLength(body.length);
  });
}

/** Answers that come too late or too large, and how they end. */
const faultsByName: readonly (readonly [string, Script, string, boolean])[] = [
  ['FIN instead of an answer', [end], 'connection_closed', false],
  ['RST instead of an answer', [reset], 'connection_reset', false],
  ['a head of 1 MB', [send(head(`x-big: ${'b'.repeat(1_000_000)}`, 'content-length: 0'))], 'headers_too_large', true],
  [
    'a head of 100 000 headers',
    [send(head(Array.from({ length: 1e5 }, (_, at) => `x-${at}: 1`).join('\r\n')))],
    'headers_too_large',
    true,
  ],
];

function faults(make: Make): void {
  test.each(faultsByName)('fault: %s', async (_name, script, code, answered) => {
    await using server = await startScriptedServer([readHead, ...script]);
    const transport = make();
    const done = await exchange(transport, server.origin);
    expect([done.error?.code, done.story]).toEqual([code, 'error']);
    expect(done.error).toMatchObject({ sent: true, answered, reused: false });
    expect(done.error?.message).toContain(`127.0.0.1:${server.port}`);
    expect(done.error?.cause).toBeInstanceOf(Error);
    await until(() => server.open === 0);
    expect(transport.statistics()).toMatchObject({ inFlight: 0, connections: 0 });
  });

  test('fault: nobody listens', async () => {
    const server = await startScriptedServer([]);
    await server[Symbol.asyncDispose]();
    const done = await exchange(make(), server.origin);
    expect(done.error).toMatchObject({ code: 'connect_refused', sent: false, answered: false, reused: false });
    expect(done.story).toBe('error');
  });
}

async function socketBench(make: Make): Promise<Bench> {
  const server = createServer((request, response) => {
    if (request.url === '/ok') response.setHeader('X-Kind', 'plain').end('hello');
    else if (request.url === '/all') {
      response.writeEarlyHints({ link: '</a>' });
      response.setHeader('trailer', 'x-sum').write('hello');
      response.addTrailers({ 'x-sum': '5' });
      response.end();
    } else if (request.url === '/long') response.end(Buffer.alloc(64 * 65_536, 'x'));
    else if (request.url === '/drop') request.socket.destroy();
    else if (request.url === '/cut') {
      response.setHeader('content-length', 9).write('par', () => setImmediate(() => request.socket.destroy()));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    transport: make(),
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
