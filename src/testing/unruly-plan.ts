// What an unruly server does with a request, drawn from a seed and the request's number. Server and client draw
// the same, so that the client knows what may come of a request, and each run can be repeated.

import { seededRandom } from '../concurrency/random.ts';
import type { Random } from '../concurrency/random.ts';

/** What spoils an answer. None of them leaves one that is whole. */
export const unrulyFaults = [
  'before-head', // the connection (the stream) ends unanswered
  'in-head',
  'in-body',
  'silent', // nothing comes, or no more of the body
  'bad-head', // one that must be refused
  'wrong-length', // shorter than it says, and ended
] as const;

export type UnrulyFault = (typeof unrulyFaults)[number];

/** What happens on the connection behind a whole answer. */
export type UnrulyEnding = 'keep' | 'hint' | 'says-close' | 'closes' | 'extra-bytes' | 'unasked-now' | 'unasked-later';

/** All about one answer. */
export interface UnrulyPlan {
  readonly delayMs: number;
  /** When the body of the request is read. `never`: the server stops reading, and answers nothing. */
  readonly reading: 'first' | 'slowly' | 'behind-answer' | 'never';
  readonly interim: number;
  readonly status: 200 | 204 | 304 | 404 | 503;
  /** Over HTTP/2 `chunked` is a body whose length is not told. */
  readonly framing: 'length' | 'chunked' | 'until-close';
  readonly bodyBytes: number;
  readonly trailers: boolean;
  /** The answer comes in so many pieces, with pauses between them. */
  readonly pieces: number;
  readonly pauseMs: number;
  readonly fault: UnrulyFault | null;
  /** By RST rather than FIN. */
  readonly abrupt: boolean;
  /** Where a fault strikes, and whatever else needs a number from 0 to 1. */
  readonly at: number;
  readonly ending: UnrulyEnding;
  /** Over HTTP/2, refused so often before it is served. */
  readonly refusals: number;
}

/** How bad it may be. */
export interface UnrulyTemper {
  readonly seed: number;
  readonly http: '1.1' | '2';
  /** No delay is longer. */
  readonly maxDelayMs: number;
  /** No body of an answer is larger. */
  readonly maxBodyBytes: number;
  /** Answers are sent to requests that are on their way together: what nobody asked for would answer the next one. */
  readonly pipelined: boolean;
}

/** Draws what happens to a request. */
export function drawUnrulyPlan(temper: UnrulyTemper, id: number): UnrulyPlan {
  const random = seededRandom(temper.seed * 7_919 + id);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const chance = (share: number): boolean => random() < share;
  const fault = chance(0.2) ? pick(unrulyFaults) : null;
  const inBody = fault === 'in-body' || fault === 'wrong-length';
  const status = chance(0.85) || inBody ? 200 : pick([204, 304, 404, 503] as const);
  const endings: readonly UnrulyEnding[] = [
    'hint',
    'says-close',
    'closes',
    'extra-bytes',
    'unasked-now',
    'unasked-later',
  ];
  const ending = chance(0.75) ? 'keep' : pick(endings);
  const lies = ending === 'unasked-now' || ending === 'unasked-later' || ending === 'extra-bytes';
  const ends = chance(0.85) || inBody || fault === 'silent' || temper.http === '2';
  const framing = chance(0.55) || fault === 'wrong-length' ? 'length' : ends ? 'chunked' : 'until-close';
  return {
    delayMs: chance(0.5) ? 0 : Math.floor(random() ** 3 * temper.maxDelayMs),
    reading: chance(0.8) ? 'first' : chance(0.9) ? pick(['slowly', 'behind-answer'] as const) : 'never',
    interim: chance(0.1) ? 1 + Math.floor(random() * 3) : 0,
    status,
    framing,
    bodyBytes: Math.max(inBody ? 1 : 0, bodySize(random, temper.maxBodyBytes)),
    trailers: chance(0.3),
    pieces: chance(0.7) ? 1 : 2 + Math.floor(random() * 8),
    pauseMs: Math.floor(random() ** 3 * temper.maxDelayMs * 0.3),
    fault,
    abrupt: chance(0.5),
    at: random(),
    ending: lies && (temper.pipelined || framing === 'until-close') ? 'keep' : ending,
    refusals: chance(0.06) ? 1 + Math.floor(random() ** 2 * 8) : 0,
  };
}

function bodySize(random: Random, max: number): number {
  const kind = random();
  const size = kind < 0.7 ? 2_048 : kind < 0.96 ? 65_536 : kind < 0.994 ? 524_288 : 5_000_000;
  return Math.min(max, Math.floor(random() * size));
}
