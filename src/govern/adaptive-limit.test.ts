// The law on modelled servers, alone: the scenarios in test/scenarios/ have it in the whole engine.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../concurrency/random.ts';
import { runLoop } from '../testing/physics-loop.ts';
import type { ServerModel } from '../testing/physics-model.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';

const knee50: ServerModel = { baseMs: 100, jitter: 0.1, limit: { at: 50, above: 'queue' } };
const hard50: ServerModel = { baseMs: 100, jitter: 0.1, limit: { at: 50, above: 'refuse' } };

function auto(max = 1000): AdaptiveLimit {
  return new AdaptiveLimit({ max, initial: 10, findsByDelay: true });
}

/** Lets a limit hear so many rounds of ends that are all alike: the limit is always reached. */
function hear(limit: AdaptiveLimit, rounds: number, fromMs: number, change: Partial<AttemptEnd> = {}): number {
  let nowMs = fromMs;
  for (let round = 0; round < rounds; round++) {
    nowMs += 20.01;
    const count = limit.limit;
    for (let inFlight = count; inFlight > 0; inFlight--)
      limit.ended(sampleAttemptEnd({ ms: 20, ...change }), inFlight, nowMs);
  }
  return nowMs;
}

describe('finding it by delay', () => {
  test('a server whose latency does not change: doubles to the maximum', () => {
    const limit = auto(640);
    const seen: number[] = [];
    runLoop({ baseMs: 100, connectMs: 80 }, limit, 3000, () => {
      if (seen.at(-1) !== limit.limit) seen.push(limit.limit);
    });
    expect(seen).toEqual([10, 20, 40, 80, 160, 320, 640]);
    expect(limit.statistics()).toEqual({ limit: 640, learned: 640, phase: 'steady', baseMs: 100, recentMs: 100 });
  });

  test('a server that queues: stays where the queue begins', () => {
    const limit = auto();
    runLoop(knee50, limit, 5000);
    expect(limit.learned).toBeGreaterThanOrEqual(48);
    expect(limit.learned).toBeLessThanOrEqual(58);
  });

  test('does not look at latency if the number is fixed', () => {
    const limit = new AdaptiveLimit({ max: 200, initial: 200, findsByDelay: false });
    runLoop(knee50, limit, 3000);
    expect(limit.limit).toBe(200);
  });

  test('does not grow while less is sent than it allows', () => {
    const limit = auto();
    for (let n = 1; n <= 1000; n++) limit.ended(sampleAttemptEnd({ ms: 20 }), 4, n * 20);
    expect(limit.limit).toBe(10);
  });

  test('new connections are not held against used ones', () => {
    const limit = auto(320);
    runLoop({ baseMs: 20, connectMs: 400 }, limit, 3000);
    expect(limit.limit).toBe(320);
  });

  test('a service on the same machine, whose answers take the time of the event loop, does not starve', () => {
    const limit = auto();
    // 0.2 ms, and one thread that serves 30,000 a second.
    runLoop({ baseMs: 0.2, jitter: 0.5, knee: { at: 6, power: 1 } }, limit, 20_000);
    expect(limit.limit).toBeGreaterThanOrEqual(32);
    expect(limit.limit).toBeLessThanOrEqual(256);
  });
});

describe('refusals', () => {
  test('a hard limit is found, kept, and hardly ever exceeded', () => {
    const limit = auto();
    const { refused, attempts } = runLoop(hard50, limit, 10_000);
    expect(limit.learned).toBe(50);
    expect(refused / attempts).toBeLessThan(0.01);
  });

  test('a fixed number shrinks to what is not refused, and grows back when that is gone', () => {
    const limit = new AdaptiveLimit({ max: 100, initial: 100, findsByDelay: false });
    let least = 100;
    const moved: ServerModel = {
      baseMs: 100,
      limit: {
        at: [
          [0, 40],
          [10_000, 40],
          [10_000, 200],
        ],
        above: 'refuse',
      },
    };
    runLoop(moved, limit, 10_000, () => (least = Math.min(least, limit.limit)));
    expect(least).toBeLessThanOrEqual(40);
    expect(limit.limit).toBe(100);
  });

  test('a round trip has one decrease, however many of it are refused', () => {
    const limit = new AdaptiveLimit({ max: 100, initial: 100, findsByDelay: false });
    for (let inFlight = 100; inFlight > 90; inFlight--)
      limit.ended(sampleAttemptEnd({ outcome: 'congestion', status: 429, ms: 50 }), inFlight, 1000);
    expect(limit.limit).toBe(85);
    limit.ended(sampleAttemptEnd({ outcome: 'congestion', status: 429, ms: 50 }), 85, 1049);
    expect(limit.limit).toBe(85);
    limit.ended(sampleAttemptEnd({ outcome: 'congestion', status: 429, ms: 50 }), 85, 1051);
    expect(limit.limit).toBeLessThan(85);
  });

  test.each<[string, Partial<AttemptEnd>]>([
    ['a status of the record alone', { outcome: 'transient', status: 500 }],
    ['a record that is reset again', { outcome: 'transient', status: null, code: 'connection_reset', attempt: 2 }],
    ['a want of this machine', { outcome: 'transient', status: null, code: 'local_limit' }],
    ['what was given up', { outcome: 'transient', status: null, code: 'cancelled' }],
    ['a name that is not found', { outcome: 'transient', status: null, code: 'dns_failed' }],
  ])('%s is none', (_name, change) => {
    const limit = auto(40);
    let nowMs = hear(limit, 40, 0);
    for (let n = 0; n < 200; n++) limit.ended(sampleAttemptEnd({ ms: 5, ...change }), limit.limit, (nowMs += 5));
    expect(limit.limit).toBe(40);
  });

  test('few resets are no reason, many are', () => {
    const limit = new AdaptiveLimit({ max: 100, initial: 100, findsByDelay: false });
    let nowMs = hear(limit, 5, 0);
    const reset = sampleAttemptEnd({ outcome: 'transient', status: null, code: 'connection_reset', ms: 1 });
    for (let n = 0; n < 2; n++) limit.ended(reset, 100, (nowMs += 2));
    expect(limit.limit).toBe(100);
    for (let n = 0; n < 3; n++) limit.ended(reset, 100, (nowMs += 2));
    expect(limit.limit).toBeLessThan(100);
  });

  test('a server that fails at random, however little is sent, is not starved', () => {
    const limit = auto(100);
    const random = seededRandom(3);
    let nowMs = 0;
    let sum = 0;
    for (let round = 0; round < 800; round++) {
      nowMs += 20.01;
      if (round >= 400) sum += limit.limit;
      for (let inFlight = limit.limit; inFlight > 0; inFlight--) {
        const fails = random() < 0.03;
        const end = fails ? { outcome: 'congestion' as const, status: 503, ms: 20 } : { ms: 20 };
        limit.ended(sampleAttemptEnd(end), inFlight, nowMs);
      }
    }
    expect(sum / 400).toBeGreaterThanOrEqual(50);
  });
});

describe('what is remembered', () => {
  test('a restart begins with a share and is back within a few round trips', () => {
    const limit = auto(64);
    const nowMs = hear(limit, 40, 0);
    limit.restart(0.25, nowMs);
    expect(limit.limit).toBe(16);
    expect(limit.learned).toBe(64);
    const seen = new Set<number>();
    for (let round = 0, atMs = nowMs; round < 12; round++) {
      atMs = hear(limit, 1, atMs);
      seen.add(limit.limit);
    }
    expect([...seen]).toEqual([16, 32, 64]);
  });

  test('a learned limit is where quick growth ends', () => {
    const limit = auto();
    limit.setLearned(75);
    const seen = new Set<number>();
    let nowMs = 0;
    for (let round = 0; round < 20; round++) {
      nowMs = hear(limit, 1, nowMs);
      seen.add(limit.limit);
    }
    expect([...seen].slice(0, 6)).toEqual([10, 20, 40, 75, 83, 100]);
    expect(limit.learned).toBeGreaterThanOrEqual(75);
  });

  test('a new maximum holds at once', () => {
    const limit = auto(640);
    const nowMs = hear(limit, 40, 0);
    expect(limit.limit).toBe(640);
    limit.setMax(100);
    expect(limit.limit).toBe(100);
    limit.setMax(200);
    hear(limit, 40, nowMs);
    expect(limit.limit).toBe(200);
    const fixed = new AdaptiveLimit({ max: 10, initial: 10, findsByDelay: false });
    fixed.setMax(300);
    expect(fixed.limit).toBe(300);
  });
});

test('whatever is heard, the limit is whole and within its bounds', () => {
  const kind = fc.constantFrom<Partial<AttemptEnd>>(
    {},
    { reused: false },
    { outcome: 'congestion', status: 429 },
    { outcome: 'congestion', status: null, code: 'timeout' },
    { outcome: 'transient', status: null, code: 'connection_reset' },
    { outcome: 'permanent', status: 404 },
  );
  const step = fc.tuple(kind, fc.double({ min: 0, max: 100, noNaN: true }), fc.integer({ min: 1, max: 60 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (steps, max) => {
      const limit = auto(max);
      let nowMs = 0;
      for (const [change, ms, inFlight] of steps) {
        nowMs += ms / 4;
        limit.ended(sampleAttemptEnd({ ...change, ms }), inFlight, nowMs);
        if (inFlight === 60) limit.restart(ms / 100, nowMs);
        if (inFlight === 59) limit.setMax(max);
        for (const value of [limit.limit, limit.learned]) {
          expect(Number.isInteger(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(1);
          expect(value).toBeLessThanOrEqual(max);
        }
      }
    }),
    { numRuns: 300 },
  );
});
