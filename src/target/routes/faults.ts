// Paths that break the protocol or the connection. What makes no sense over HTTP/2, where one connection
// is shared by all, becomes a reset of the stream.

import { Buffer } from 'node:buffer';
import { constants } from 'node:http2';

import type { Call } from '../call.ts';
import { cut, hangUp, reset, resetAfter } from '../misbehave.ts';
import type { Route } from '../route.ts';

const part = Buffer.alloc(512, 'cut off here ');
const fillerBytes = 4000;

/** Paths that break the protocol or the connection. */
export const faultRoutes: readonly Route[] = [
  {
    path: '/reset',
    about: 'resets the connection before any byte; /reset/head in the middle of the head; /reset/body of the body',
    handle(call) {
      const where = call.segment(1);
      if (where === 'body') resetInBody(call);
      else if (where === 'head' && call.stream === null) resetInHead(call);
      else reset(call);
    },
  },
  {
    path: '/cut',
    about: 'promises twice the bytes that come; /cut/chunked ends without the last chunk',
    handle(call) {
      cut(call, part, call.segment(1) === 'chunked' ? null : 2 * part.length);
    },
  },
  { path: '/garbage', about: 'bytes that are not HTTP', handle: garbage },
  {
    path: '/close',
    about: 'promises to keep the connection and closes it right after the answer, or ?after=MS later; takes ?ms=0',
    handle(call) {
      const afterMs = call.option('after', 0, 86_400_000);
      const takesMs = call.option('ms', 0, 86_400_000);
      if (afterMs === null || takesMs === null) return;
      closeLater(call, afterMs);
      if (takesMs === 0) call.json(200, { closedAfterMs: afterMs });
      else call.after(takesMs, () => call.json(200, { closedAfterMs: afterMs }));
    },
  },
  { path: '/headers/{bytes}', about: 'an answer whose head has that many bytes', handle: longHead },
];

function resetInHead(call: Call): void {
  resetAfter(call, 'reset', (written) => {
    call.request.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/pl', written);
  });
}

function resetInBody(call: Call): void {
  resetAfter(call, 'reset', (written) => {
    call.response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 * part.length });
    call.response.write(part, written);
  });
}

function garbage(call: Call): void {
  call.service.counters.answered('garbage');
  if (call.stream === null) {
    call.request.socket.write('220 this is not HTTP\r\n\u0000\u0001\u0002\r\n\r\n');
    hangUp(call);
  } else {
    call.stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
  }
}

/** Connections that are to be closed: one timer each is enough. */
const closing = new WeakSet<object>();

/** Closes so long after the answer. The timer belongs to the connection, for the request is over by then. */
function closeLater(call: Call, afterMs: number): void {
  const { socket } = call.request;
  // Asked for now: a stream that has ended has no session any more.
  const session = call.stream?.session;
  const connection = session ?? socket;
  if (closing.has(connection)) return;
  closing.add(connection);
  const close = session === undefined ? () => socket.destroySoon() : () => session.close();
  const { clock } = call.service;
  call.response.once('finish', () => {
    if (afterMs === 0) {
      close();
      return;
    }
    const timer = clock.setTimer(afterMs, close);
    connection.once('close', () => clock.clearTimer(timer));
  });
}

/** Counts status line, headers and the blank line. Over HTTP/2 it is about as much before compression. */
function longHead(call: Call): void {
  const fixed = { 'Content-Type': 'text/plain', 'Content-Length': '0' };
  const connection: Record<string, string> = call.stream === null ? { Connection: 'keep-alive' } : {};
  const headers: Record<string, string> = { ...fixed, ...connection };
  const least = headBytes(headers) + 'x-filler-1: \r\n'.length;
  const wanted = call.number(1, 'the size of the head in bytes', 16 * 1024 * 1024, least);
  if (wanted === null) return;
  let left = Math.floor(wanted) - headBytes(headers);
  for (let n = 1; left > 0; n++) {
    const name = `x-filler-${n}`;
    const overhead = name.length + ': \r\n'.length;
    // The rest must have room for a header of its own, or belong to this one.
    const take = left < fillerBytes + 100 ? left : fillerBytes;
    headers[name] = 'f'.repeat(take - overhead);
    left -= take;
  }
  call.response.sendDate = false;
  call.head(200, headers);
  call.response.end();
}

function headBytes(headers: Readonly<Record<string, string>>): number {
  let bytes = 'HTTP/1.1 200 OK\r\n\r\n'.length;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length + ': \r\n'.length;
  return bytes;
}
