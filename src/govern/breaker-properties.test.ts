// Any sequence of permits and ends, as a gate makes them: the breaker never waits forever, and never
// lets a second probe go while one is under way.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../concurrency/random.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { Breaker } from './breaker.ts';

const ends: readonly Partial<AttemptEnd>[] = [
  {},
  { outcome: 'permanent', status: 404 },
  { outcome: 'transient', status: null, code: 'connect_refused' },
  { outcome: 'transient', status: null, code: 'connection_reset' },
  { outcome: 'congestion', status: null, code: 'timeout' },
  { outcome: 'transient', status: null, code: 'local_limit' },
  { outcome: 'transient', status: null, code: 'cancelled' },
  { outcome: 'permanent', status: null, code: 'tls_failed' },
  { outcome: 'transient', status: 500 },
  { outcome: 'congestion', status: 503 },
  { outcome: 'congestion', status: 503, headers: ['retry-after', '3'] },
];

const steps = fc.array(
  fc.oneof(
    // Failures come often enough that most runs open it, several times.
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(), how: fc.constant(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(), how: fc.nat(10) }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('take' as const), attempt: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 3_000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forgo' as const) }) },
  ),
  { minLength: 20, maxLength: 300 },
);

/** The longest distance of probes is a minute, and a tenth. */
const longestMs = { closed: 0, open: 66_000, probing: Infinity };

interface Flight {
  readonly startedMs: number;
  readonly attempt: number;
  readonly isProbe: boolean;
}

test('no sequence of ends makes it wait forever', () => {
  let openings = 0;
  const runs = fc.property(fc.integer(), steps, (seed, sequence) => {
    const breaker = new Breaker(seededRandom(seed));
    breaker.ended(sampleAttemptEnd(), 1, -1);
    let flights: Flight[] = [];
    let nowMs = 0;
    for (const step of sequence) {
      if (step.kind === 'pass') {
        nowMs += step.ms + 0.1;
      } else if (step.kind === 'take' && breaker.waitMs(nowMs) === 0) {
        flights.push({ startedMs: nowMs, attempt: step.attempt, isProbe: breaker.state !== 'closed' });
        breaker.take(nowMs);
      } else if (step.kind === 'end' && flights.length > 0) {
        const flight = flights[step.which % flights.length];
        if (flight === undefined) continue;
        const end = { ...ends[step.how], attempt: flight.attempt, ms: nowMs - flight.startedMs };
        const change = breaker.ended(sampleAttemptEnd(end), flights.length, nowMs);
        if (change === 'opened') openings++;
        flights = flights.filter((other) => other !== flight);
        // Those that were let go while it was closed are no probes of a later opening, and neither is an old probe.
        if (change === 'closed') flights = flights.map((other) => ({ ...other, isProbe: false }));
      } else if (step.kind === 'forgo' && breaker.state === 'probing') {
        breaker.forgoProbe();
        flights = flights.filter((other) => !other.isProbe);
      }
      const probes = flights.filter((flight) => flight.isProbe).length;
      expect(probes).toBe(breaker.state === 'probing' ? 1 : 0);
      const waitMs = breaker.waitMs(nowMs);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(longestMs[breaker.state]);
    }
  });
  fc.assert(runs, { numRuns: 400 });
  expect(openings).toBeGreaterThan(100);
});
