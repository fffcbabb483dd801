// Tells once when a request is over: answered, given up by the client, or cut off. Node emits `close` on
// the response for all of these but one: a pipelined request that still waited for its turn when its
// connection ended.

import type { Call } from './call.ts';

/** Calls back exactly once; `completed` if the answer was handed over to its last byte. */
export function whenOver(call: Call, callback: (completed: boolean) => void): void {
  const { request, response, stream } = call;
  if (stream !== null || response.socket !== null) {
    response.once('close', () => callback(response.writableFinished && (stream?.rstCode ?? 0) === 0));
    return;
  }
  const { socket } = request;
  const over = (): void => {
    response.off('close', over);
    socket.off('close', over);
    callback(response.writableFinished);
  };
  response.once('close', over);
  // As many requests as the client likes may wait here.
  socket.setMaxListeners(0).once('close', over);
}
