// Reads the body of a request to its end before it is answered, so that no connection is spoiled by an
// early answer. A request without a body passes without a listener.

import type { IncomingMessage } from 'node:http';

import type { Call } from './call.ts';

const keptBytes = 64 * 1024 * 1024;

/** Reads the body into `call.body`, or throws it away, and calls back; never, if the client gives up. */
export function readBody(call: Call, keep: boolean, done: () => void): void {
  if (!hasBody(call)) {
    done();
    return;
  }
  const request: IncomingMessage = call.request;
  if (!keep) {
    request.once('end', done).resume();
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= keptBytes) chunks.push(chunk);
  });
  request.once('end', () => {
    if (bytes > keptBytes) {
      call.json(413, { error: 'too_large', message: `a body of ${bytes} bytes is more than the ${keptBytes} kept` });
      return;
    }
    call.body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    done();
  });
}

function hasBody(call: Call): boolean {
  if (call.stream !== null) return !call.stream.endAfterHeaders;
  const { headers } = call.request;
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}
