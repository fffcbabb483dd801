import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { Governor, untilRelease } from './governor.ts';

function governor(limits: { concurrency?: number; perOrigin?: number; perSecond?: number } = {}) {
  const clock = new FakeClock();
  return new Governor({
    concurrency: limits.concurrency ?? 100,
    perOrigin: limits.perOrigin ?? null,
    rate: limits.perSecond === undefined ? null : { count: limits.perSecond, perMs: 1000 },
    clock,
  });
}

test('the limit of the run holds over all origins', () => {
  const run = governor({ concurrency: 2 });
  const [a, b] = [run.gate('http://a'), run.gate('http://b')];
  expect(a.tryTake(0)).toBe(0);
  expect(b.tryTake(0)).toBe(0);
  expect(a.tryTake(0)).toBe(untilRelease);
  b.release(sampleAttemptEnd());
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
  const gate = governor().gate('http://a');
  gate.pause(1000);
  gate.pause(500);
  expect(gate.tryTake(400)).toBe(600);
  expect(gate.waitReason).toBe('retry-after');
  expect(gate.inFlight).toBe(0);
  expect(gate.tryTake(1000)).toBe(0);
});

test('a rate that cannot be used yet takes no permit', () => {
  const gate = governor({ perSecond: 10 }).gate('http://a');
  expect(gate.tryTake(0)).toBe(0);
  expect(gate.tryTake(50)).toBe(50);
  expect(gate.waitReason).toBe('rate');
  expect(gate.inFlight).toBe(1);
});

test('a permit that is given back twice is a bug that shows', () => {
  const gate = governor().gate('http://a');
  gate.tryTake(0);
  gate.release(sampleAttemptEnd());
  expect(() => gate.release(sampleAttemptEnd())).toThrow('given back twice');
});

test('an origin is forgotten only when nothing holds there', () => {
  const run = governor();
  const gate = run.gate('http://a');
  gate.tryTake(0);
  expect(run.forget('http://a')).toBe(false);
  gate.release(sampleAttemptEnd());
  gate.pause(10);
  expect(run.forget('http://a')).toBe(false);
  run.gate('http://b');
  expect(run.forget('http://b')).toBe(true);
  expect(run.statistics().origins).toBe(1);
});
