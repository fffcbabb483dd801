// What the governor costs each attempt: asking for a permit and giving it back with what the attempt told,
// with all its parts at work. A micro benchmark: median of rounds, after the code is compiled.

import { systemClock } from '../src/concurrency/clock.ts';
import { seededRandom } from '../src/concurrency/random.ts';
import { Governor } from '../src/govern/governor.ts';
import type { AttemptEnd } from '../src/http/attempt-end.ts';
import type { Figure } from './figure.ts';
import { median } from './median.ts';

const attempts = 1_000_000;
/** In flight at once; the oldest comes back first. */
const inFlight = 64;

const plain = [
  ['server', 'nginx'],
  ['date', 'Sat, 21 Nov 2026 10:00:00 GMT'],
  ['content-type', 'application/json'],
  ['content-length', '201'],
  ['connection', 'keep-alive'],
].flat();

/** Microseconds of an attempt: without and with words of the server, and with a rate. */
export function benchGovernor(rounds: number): readonly Figure[] {
  const quota = [...plain, 'ratelimit-policy', '"default";q=100000000;w=60', 'ratelimit', '"default";r=99999999;t=60'];
  return [
    figure('auto', rounds, plain, []),
    figure('auto, an unchanged quota in each answer', rounds, quota, []),
    figure('auto, two rates', rounds, plain, [
      { count: 1e9, perMs: 1000, unit: 'requests', text: '1e9/s' },
      { count: 1e11, perMs: 60_000, unit: 'requests', text: '1e11/m' },
    ]),
  ];
}

type Rates = ConstructorParameters<typeof Governor>[0]['rates'];

function figure(name: string, rounds: number, headers: readonly string[], rates: Rates): Figure {
  oneRound(headers, rates, attempts / 10);
  const times = Array.from({ length: rounds * 3 }, () => oneRound(headers, rates, attempts));
  return { bench: 'governor', name, value: median(times), unit: 'µs', goal: 1, note: 'a permit and its return' };
}

function oneRound(headers: readonly string[], rates: Rates, count: number): number {
  const governor = new Governor({
    concurrency: 10_000,
    findsConcurrency: true,
    perOrigin: null,
    rates,
    clock: systemClock,
    random: seededRandom(1),
    learned: new Map([['http://a.test', 10 * inFlight]]),
  });
  const gate = governor.gate('http://a.test');
  const random = seededRandom(2);
  const ends = Array.from({ length: 1024 }, (): AttemptEnd => endAfter(20 + 2 * random(), headers));
  let nowMs = 0;
  let taken = 0;
  const startMs = systemClock.now();
  for (let done = 0; done < count; nowMs += 0.3) {
    while (taken - done < inFlight && gate.tryTake(nowMs) === 0) taken++;
    const end = ends[done++ & 1023];
    if (end !== undefined) gate.release(end, nowMs);
  }
  return ((systemClock.now() - startMs) * 1000) / count;
}

function endAfter(ms: number, headers: readonly string[]): AttemptEnd {
  return {
    origin: 'http://a.test',
    outcome: 'success',
    ms,
    status: 200,
    code: null,
    headers,
    attempt: 1,
    reused: true,
  };
}
