// The same question as the oracle's, put to a real undici client over a real socket: what the oracle is held
// to. Slow, and blind to where reads end.

import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect } from 'node:net';
import { Client } from 'undici';
import type { Dispatcher } from 'undici';
import { emptyAnswer } from './answer-case.ts';
import type { AnswerCase, SeenAnswer } from './answer-case.ts';

/** What a client told. */
export interface ClientOutcome {
  readonly answers: readonly SeenAnswer[];
  /** Requests that ended with an error. */
  readonly failed: number;
}

/** A server that sends scripted bytes, once a connection has sent all its requests. */
export async function serveCases(cases: readonly AnswerCase[]): Promise<Server> {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const asked = text.split('\r\n\r\n').length - 1;
      const found = cases[Number(/^\w+ \/(\d+) /.exec(text)?.[1])];
      if (asked === found?.methods.length) socket.end(found.bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Asks the server for case number `index`, on one connection. */
export async function askClient(server: Server, index: number, { methods }: AnswerCase): Promise<ClientOutcome> {
  const { port } = server.address() as AddressInfo;
  let dialled: Socket | null = null;
  const client = new Client(`http://127.0.0.1:${port}`, {
    pipelining: methods.length + 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 1 << 20,
    connect: (_options, callback) => {
      // What is left of a pipeline would be sent again.
      if (dialled !== null) {
        callback(new Error('only one connection'), null);
        return;
      }
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => callback(null, socket));
      dialled = socket;
    },
  });
  const ends = await Promise.all(
    methods.map((method) => {
      const { promise, resolve } = Promise.withResolvers<SeenAnswer | null>();
      // undici closes behind HEAD unless it is told not to, and holds back what follows a GET.
      client.dispatch({ path: `/${index}`, method, reset: false, blocking: false }, recorder(resolve));
      return promise;
    }),
  );
  await client.destroy();
  const answers = ends.filter((end) => end !== null);
  return { answers, failed: ends.length - answers.length };
}

function recorder(done: (answer: SeenAnswer | null) => void): Dispatcher.DispatchHandler {
  const answer = emptyAnswer();
  return {
    onRequestStart() {},
    onResponseStart(controller, status) {
      const headers = flat(controller.rawHeaders);
      if (status < 200) {
        answer.interim.push({ status, headers });
        return;
      }
      answer.status = status;
      answer.headers = headers;
    },
    onResponseData(_controller, chunk) {
      answer.body += chunk.toString('latin1');
    },
    onResponseEnd(controller) {
      answer.trailers = flat((controller as { rawTrailers?: unknown }).rawTrailers);
      done(answer);
    },
    onResponseError() {
      done(null);
    },
  };
}

function flat(raw: unknown): string[] {
  const list = (raw ?? []) as readonly Buffer[];
  return list.map((bytes, at) => (at % 2 === 0 ? bytes.toString('latin1').toLowerCase() : bytes.toString('latin1')));
}
