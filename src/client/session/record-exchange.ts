// Tells a recorder of an exchange that has ended: what was sent, and what came of it.

import { ManyfetchError } from '../../errors.ts';
import { allHeaders } from '../../http/request.ts';
import type { Clock } from '../../concurrency/clock.ts';
import { ByteString } from '../../http/byte-string.ts';
import type { HarRecorder } from '../har/har-recorder.ts';
import type { Timings } from '../response/timings.ts';
import type { Sending } from './sending.ts';

/** How an exchange ended. */
export interface ExchangeEnd {
  /** Of the answer, decoded; null: it was a stream, or none came. */
  readonly body: Uint8Array | null;
  readonly error: unknown;
  readonly timings: Timings;
}

export function recordExchange(har: HarRecorder, sending: Sending, end: ExchangeEnd, clock: Clock): void {
  const { headers, reason: statusText, request, sentMs, status, version: httpVersion } = sending;
  const { body } = request;
  har.record({
    startedAtMs: clock.wallNow() - (clock.now() - sentMs),
    request: {
      method: request.method,
      url: request.origin + request.path,
      headers: allHeaders(request),
      body: body instanceof ByteString ? body.toBuffer() : body,
    },
    response:
      status === 0
        ? null
        : {
            status,
            statusText,
            httpVersion,
            headers,
            body: end.body,
            bodyBytes: end.body === null ? null : sending.body().length,
          },
    error: end.error === null ? null : faultOf(end.error),
    timings: end.timings,
  });
}

function faultOf(error: unknown): { code: ManyfetchError['code']; message: string } {
  if (error instanceof ManyfetchError) return { code: error.code, message: error.message };
  return { code: 'cancelled', message: error instanceof Error ? error.message : 'the request was cancelled' };
}
