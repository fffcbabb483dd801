import { expect, test } from 'vitest';
import { seededRandom } from '../concurrency/random.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { untilRelease } from './gate.ts';
import type { Gate } from './gate.ts';
import { Governor } from './governor.ts';

interface Limits {
  readonly concurrency?: number;
  readonly perOrigin?: number;
  readonly perSecond?: number;
  readonly random?: () => number;
}

function governor({ concurrency = 100, perOrigin, perSecond, random }: Limits = {}): Governor {
  return new Governor({
    concurrency,
    findsConcurrency: false,
    perOrigin: perOrigin ?? null,
    rates: perSecond === undefined ? [] : [{ count: perSecond, perMs: 1000, unit: 'requests', text: `${perSecond}/s` }],
    clock: new FakeClock(),
    random: random ?? seededRandom(1),
  });
}

/** Takes permits and gives them back, each with an answer that asks for a wait. */
function hearRetryAfter(gate: Gate, nowMs: number, ...seconds: number[]): void {
  for (const _wait of seconds) gate.tryTake(nowMs);
  for (const wait of seconds) {
    const headers = ['retry-after', String(wait)];
    gate.release(sampleAttemptEnd({ outcome: 'congestion', status: 429, headers, ms: 0 }), nowMs);
  }
}

test('the limit of the run holds over all origins', () => {
  const run = governor({ concurrency: 2 });
  const [a, b] = [run.gate('http://a'), run.gate('http://b')];
  expect(a.tryTake(0)).toBe(0);
  expect(b.tryTake(0)).toBe(0);
  expect(a.tryTake(0)).toBe(untilRelease);
  b.release(sampleAttemptEnd(), 5);
  expect(a.tryTake(0)).toBe(0);
  expect(run.statistics()).toEqual({ limit: 2, inFlight: 2, origins: 2 });
});

test('the limit of an origin leaves the others alone', () => {
  const run = governor({ perOrigin: 1 });
  expect(run.gate('http://a').tryTake(0)).toBe(0);
  expect(run.gate('http://a').tryTake(0)).toBe(untilRelease);
  expect(run.gate('http://b').tryTake(0)).toBe(0);
});

test('a pause holds for the whole origin, and is never shortened', () => {
  const gate = governor({ random: () => 0 }).gate('http://a');
  hearRetryAfter(gate, 0, 10, 5);
  expect(gate.tryTake(400)).toBe(9600);
  expect([gate.waitReason, gate.askedWaitMs]).toEqual(['retry-after', 9600]);
  expect(gate.inFlight).toBe(0);
  expect(gate.tryTake(10_000)).toBe(0);
  expect(gate.askedWaitMs).toBe(0);
});

test('of two answers that say nearly the same the later counts: nothing is ever sent earlier than said', () => {
  const gate = governor({ random: () => 0 }).gate('http://a');
  expect([gate.tryTake(0), gate.tryTake(0)]).toEqual([0, 0]);
  const end = sampleAttemptEnd({ outcome: 'congestion', status: 429, headers: ['retry-after', '10'], ms: 0 });
  gate.release(end, 0);
  gate.tryTake(0);
  gate.release(end, 0.8);
  expect(gate.tryTake(10_000.5)).toBeCloseTo(0.3, 6);
  expect(gate.tryTake(10_000.9)).toBe(0);
});

test('after a pause an origin is met a little later than it said, by chance, and by few at first', () => {
  const gate = governor({ random: () => 0.5 }).gate('http://a');
  hearRetryAfter(gate, 0, 8);
  expect(gate.tryTake(0)).toBe(8400);
  expect(gate.tryTake(8399)).toBeGreaterThan(0);
  const met: number[] = [];
  for (let nowMs = 8400; nowMs <= 9300; nowMs += 10) {
    while (gate.tryTake(nowMs) === 0) met.push(nowMs);
  }
  expect(met.slice(0, 1)).toEqual([8400]);
  expect(met.length).toBeGreaterThan(10);
  const inAnyTenth = met.map((from) => met.filter((at) => at >= from && at < from + 80).length);
  expect(Math.max(...inAnyTenth)).toBeLessThan(met.length / 4);
});

test('a rate that cannot be used yet takes no permit', () => {
  const gate = governor({ perSecond: 10 }).gate('http://a');
  expect(gate.tryTake(0)).toBe(0);
  expect(gate.tryTake(50)).toBe(50);
  expect([gate.waitReason, gate.waitDetail]).toEqual(['rate', '10/s']);
  expect(gate.inFlight).toBe(1);
});

test('a permit that is given back twice is a bug that shows', () => {
  const gate = governor().gate('http://a');
  gate.tryTake(0);
  gate.release(sampleAttemptEnd(), 1);
  expect(() => gate.release(sampleAttemptEnd(), 1)).toThrow('given back twice');
});

test('an origin is forgotten only when nothing holds there', () => {
  const run = governor();
  const gate = run.gate('http://a');
  gate.tryTake(0);
  expect(run.forget('http://a')).toBe(false);
  gate.release(sampleAttemptEnd(), 1);
  hearRetryAfter(gate, 0, 10);
  expect(run.forget('http://a')).toBe(false);
  run.gate('http://b');
  expect(run.forget('http://b')).toBe(true);
  expect(run.statistics().origins).toBe(1);
});

test('nor is one that has sent retries, or that refuses even one at a time, until that is long ago', () => {
  const clock = new FakeClock();
  const options = { concurrency: 100, findsConcurrency: true, perOrigin: null, rates: [], clock };
  const run = new Governor({ ...options, random: seededRandom(1) });
  const retried = run.gate('http://retried');
  for (let count = 0; count < 50; count++) retried.takeRetry(0);
  const refusing = run.gate('http://refusing');
  for (let count = 0; count < 30; count++) {
    clock.advance(refusing.tryTake(clock.now()));
    if (refusing.inFlight === 0) refusing.tryTake(clock.now());
    refusing.release(sampleAttemptEnd({ outcome: 'congestion', status: 429, ms: 1 }), clock.now());
    clock.advance(1);
  }
  expect([run.forget('http://retried'), run.forget('http://refusing')]).toEqual([false, false]);
  clock.advance(60_001);
  expect([run.forget('http://retried'), run.forget('http://refusing')]).toEqual([true, true]);
});

test('limits that change hold from the next permit on; what is in flight stays', () => {
  const run = governor({ concurrency: 3, perSecond: 1000 });
  const gate = run.gate('http://a');
  for (let nowMs = 0; nowMs < 3; nowMs++) expect(gate.tryTake(nowMs)).toBe(0);
  run.change({ concurrency: 1, rates: [] });
  for (let nowMs = 10; nowMs < 12; nowMs++) {
    expect(gate.tryTake(nowMs)).toBe(untilRelease);
    gate.release(sampleAttemptEnd(), nowMs);
  }
  gate.release(sampleAttemptEnd(), 12);
  expect([gate.tryTake(12), gate.tryTake(12)]).toEqual([0, untilRelease]);
  run.change({ concurrency: 5 });
  expect([gate.tryTake(12), gate.tryTake(12), gate.tryTake(12), gate.tryTake(12)]).toEqual([0, 0, 0, 0]);
});

test('what an earlier run learned is kept, also before anything is sent', () => {
  const options = { concurrency: 1000, findsConcurrency: true, perOrigin: null, rates: [], clock: new FakeClock() };
  const run = new Governor({ ...options, random: seededRandom(1), learned: new Map([['http://a', 400]]) });
  expect(run.gate('http://a').statistics().adaptive.learned).toBe(400);
  run.gate('http://b');
  expect(Object.fromEntries(run.learned())).toEqual({ 'http://a': 400, 'http://b': 10 });
});
