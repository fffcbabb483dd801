// The ways to end a request that no well-behaved server takes. Over HTTP/1.1 they are done on the
// request's socket, behind Node's back; over HTTP/2, where the connection is shared, on its stream.
// Each names itself to the counters once, in place of a status.

import { constants } from 'node:http2';

import type { Call } from './call.ts';

/** A pause that lets bytes reach the other side before a reset overtakes them. */
const flushMs = 10;

/** Resets the connection (RST) or the stream, now. */
export function reset(call: Call): void {
  call.service.counters.answered('reset');
  resetSocket(call);
}

/** Sends a part of an answer and then resets. `write` must call back when the part has been written. */
export function resetAfter(call: Call, name: string, write: (written: () => void) => void): void {
  call.service.counters.answered(name);
  write(() => call.after(flushMs, () => resetSocket(call)));
}

/** Ends the connection in order (FIN) when what was written is out; over HTTP/2 resets the stream. */
export function hangUp(call: Call): void {
  if (call.stream === null) call.request.socket.destroySoon();
  else call.after(flushMs, () => call.stream?.close(constants.NGHTTP2_INTERNAL_ERROR));
}

/** Promises `promisedBytes` (or chunks, if null), sends `part`, and hangs up. */
export function cut(call: Call, part: Buffer, promisedBytes: number | null): void {
  call.service.counters.answered('cut');
  const length = promisedBytes === null ? {} : { 'Content-Length': promisedBytes };
  call.response.writeHead(200, { 'Content-Type': 'application/octet-stream', ...length });
  call.response.write(part, () => hangUp(call));
}

function resetSocket(call: Call): void {
  if (call.stream === null) call.service.rawSocket(call.request.socket).resetAndDestroy();
  else call.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}
