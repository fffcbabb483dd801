// Plays a partner's API, for rehearsals: any method on any path is answered after a lognormal latency,
// mostly well; a share of the answers are faults that another attempt cures; and a few requests are
// refused for good, chosen by what they say, so that another attempt does not help.
// The same seed gives the same answers, as far as the order of requests allows.

import { crc32 } from 'node:zlib';

import { seededRandom, type Random } from '../concurrency/random.ts';
import type { Call } from './call.ts';
import { cut, reset } from './misbehave.ts';

/** How the API behaves. */
export interface ApiOptions {
  /** Mean latency. @default 40 */
  readonly latencyMs?: number;
  /** Spread of the latency: sigma of the lognormal distribution; 0 makes it constant. @default 0.3 */
  readonly jitter?: number;
  /** Share of requests, from 0 to 1, that meet a passing fault; with 0 none is refused either. @default 0.05 */
  readonly faults?: number;
}

/** One of so many requests is refused with 422, however often it comes: 0.2 %. */
const refusedOneOf = 500;

/** How many of a hundred faults are of which kind; those that name a wait are rare, since one stops everybody. */
const faultKinds = [
  [58, (call: Call) => call.json(500, { ok: false, error: 'internal error' })],
  [25, reset],
  [13, (call: Call) => cut(call, Buffer.from('{"ok":true,"id":"'), 64)],
  [2, (call: Call) => call.json(503, { ok: false, error: 'overloaded' }, { 'Retry-After': '1' })],
  [2, (call: Call) => call.json(429, { ok: false, error: 'too many requests' }, { 'Retry-After': '1' })],
] as const;

/** Makes what answers the calls. It reads `call.body`. */
export function createApi(options: ApiOptions, seed: number): (call: Call) => void {
  const { latencyMs = 40, jitter = 0.3, faults = 0.05 } = options;
  const random = seededRandom(seed);
  const refuses = faults > 0;
  // exp(N(mu, sigma)) has its mean at exp(mu + sigma^2 / 2).
  const medianMs = latencyMs / Math.exp((jitter * jitter) / 2);

  return (call) => {
    const delayMs = jitter === 0 ? medianMs : medianMs * Math.exp(jitter * normal(random));
    const fault = random() < faults ? faultFor(random() * 100) : null;
    if (delayMs === 0) answer(call, fault, refuses, seed);
    else call.after(delayMs, () => answer(call, fault, refuses, seed));
  };
}

function answer(call: Call, fault: ((call: Call) => void) | null, refuses: boolean, seed: number): void {
  if (fault !== null) {
    fault(call);
    return;
  }
  const digest = digestOf(call, seed);
  const id = digest.toString(16).padStart(8, '0');
  if (refuses && digest % refusedOneOf === 0) {
    call.json(422, { ok: false, id, error: 'the request is understood and cannot be carried out' });
    return;
  }
  const received = { method: call.method, path: call.destination.path, bytes: call.body.length };
  call.json(200, { ok: true, id, received });
}

/** The same number for the same path, body and idempotency key. */
function digestOf(call: Call, seed: number): number {
  const { path, search } = call.destination;
  const key = String(call.request.headers['idempotency-key'] ?? '');
  const mixed = Math.imul(crc32(call.body, crc32(`${seed}\n${path}?${search}\n${key}\n`)), 0x9e3779b1);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function faultFor(percent: number): (call: Call) => void {
  let upTo = 0;
  for (const [share, fault] of faultKinds) {
    upTo += share;
    if (percent < upTo) return fault;
  }
  return reset;
}

/** A normally distributed number (Box and Muller, 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
