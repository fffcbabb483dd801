// A stream that ended before its answer was complete, as an error. Before the head of the answer its code
// says something (RFC 9113, 7); after it the body is cut, whatever the code.

import { WireFault } from '../wire/wire-fault.ts';

/** RFC 9113, 7. */
export const noError = 0;
export const refusedStream = 7;
export const cancelCode = 8;

/** Shaped as those of node:http2, which are understood where errors are mapped. */
export class StreamReset extends Error {
  readonly code = 'ERR_HTTP2_STREAM_ERROR';
  readonly http2ErrorCode: number;

  constructor(http2ErrorCode: number) {
    super(`the stream was reset with code ${http2ErrorCode}`);
    this.name = 'StreamReset';
    this.http2ErrorCode = http2ErrorCode;
  }
}

/** The server ended the stream. */
export function resetError(code: number, headSeen: boolean): Error {
  return headSeen ? new WireFault('cut_body', `the stream was reset with code ${code}`) : new StreamReset(code);
}

/** The connection ended, in an orderly way as far as can be seen. */
export function endError(headSeen: boolean): Error {
  return new WireFault(headSeen ? 'cut_body' : 'cut_head');
}
