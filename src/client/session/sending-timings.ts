// Where the time of an exchange went, to be asked for at any time. What asks for that of an answer that is here must not keep
// the exchange and its bytes alive.

import { timingsOf } from '../response/timings.ts';
import type { Timings } from '../response/timings.ts';
import type { Sending } from './sending.ts';

/** @param startedMs when the call began */
export function sendingTimings(sending: Sending, startedMs: number, queuedMs: number): () => Timings {
  return sending.stream === null ? ofWhole(sending, startedMs, queuedMs) : ofStream(sending, startedMs, queuedMs);
}

function ofWhole(sending: Sending, startedMs: number, queuedMs: number): () => Timings {
  const { endMs, headMs, reused, sentMs, times } = sending;
  return () => timingsOf({ startedMs, queuedMs, sentMs, headMs, endMs, reused }, times);
}

function ofStream(sending: Sending, startedMs: number, queuedMs: number): () => Timings {
  return () => {
    const { endMs, headMs, reused, sentMs, times } = sending;
    return timingsOf({ startedMs, queuedMs, sentMs, headMs, endMs, reused }, times);
  };
}
