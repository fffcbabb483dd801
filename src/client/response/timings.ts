// Where the time of a request went, in the words of those who look at it. Made of what the transport tells of the last
// exchange and of what the call has measured around it.

import type { ExchangeTimes } from '../../http/exchange-times.ts';

/** Milliseconds of the last attempt's last exchange; null: that did not happen, has not ended, or is not told. */
export interface Timings {
  /** Waiting for the limits of the client, of all attempts. */
  readonly queuedMs: number;
  /** Finding the address. Null on a connection that was there. */
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the last byte of the request (where that is not told: from having a connection) until the head of the answer. */
  readonly firstByteMs: number | null;
  /** From the head of the answer to its end. */
  readonly bodyMs: number | null;
  /** From the call to the end of the answer, attempts, redirects and waits included. */
  readonly totalMs: number | null;
  /** The connection had carried an earlier request. */
  readonly reused: boolean;
}

/** What the call itself knows. Moments are on its clock. */
export interface CallMoments {
  readonly startedMs: number;
  readonly queuedMs: number;
  /** The exchange was begun. */
  readonly sentMs: number;
  readonly headMs: number;
  /** Null: it goes on. */
  readonly endMs: number | null;
  readonly reused: boolean;
}

/** @param times of the transport; null if it takes none */
export function timingsOf(call: CallMoments, times: ExchangeTimes | null): Timings {
  const { startedMs, queuedMs, headMs, endMs, reused } = call;
  const askedMs = times?.sentMs ?? times?.assignedMs ?? call.sentMs;
  return {
    queuedMs,
    dnsMs: times?.dnsMs ?? null,
    connectMs: times?.connectMs ?? null,
    tlsMs: times?.tlsMs ?? null,
    firstByteMs: Math.max(0, (times?.headMs ?? headMs) - askedMs),
    bodyMs: endMs === null ? null : endMs - headMs,
    totalMs: endMs === null ? null : endMs - startedMs,
    reused,
  };
}
