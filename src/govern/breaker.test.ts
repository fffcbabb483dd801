import { describe, expect, test } from 'vitest';
import { seededRandom } from '../concurrency/random.ts';
import type { AttemptEnd } from '../http/attempt-end.ts';
import { sampleAttemptEnd } from '../testing/sample-attempt-end.ts';
import { Breaker } from './breaker.ts';

const refused = { outcome: 'transient', status: null, code: 'connect_refused', ms: 1 } as const;
const reset = { outcome: 'transient', status: null, code: 'connection_reset', ms: 1 } as const;
const timeout = { outcome: 'congestion', status: null, code: 'timeout', ms: 30_000 } as const;
const plain500 = { outcome: 'transient', status: 500, ms: 1 } as const;
const bare503 = { outcome: 'congestion', status: 503, ms: 1 } as const;
const cancelled = { outcome: 'transient', status: null, code: 'cancelled', ms: 1 } as const;

/** A breaker whose jitter is none, of an origin that answered once. */
function even(): Breaker {
  const breaker = new Breaker(() => 0.5);
  breaker.ended(sampleAttemptEnd(), 1, -1e9);
  return breaker;
}

/** Feeds first attempts that fail, one each millisecond from `fromMs` on; tells after how many it opened. */
function opensAfter(breaker: Breaker, end: Partial<AttemptEnd>, inFlight = 1, fromMs = 0): number {
  for (let count = 1; count <= 2_000; count++) {
    if (breaker.ended(sampleAttemptEnd(end), inFlight, fromMs + count) === 'opened') return count;
  }
  return Infinity;
}

/** A breaker that opened at `atMs`. */
function opened(atMs = 0): Breaker {
  const breaker = even();
  for (let count = 0; count < 5; count++) breaker.ended(sampleAttemptEnd(refused), 1, atMs);
  expect(breaker.state).toBe('open');
  return breaker;
}

describe('how much it takes to open', () => {
  test.each([
    ['connections refused', refused, 5],
    ['resets', reset, 10],
    ['503', bare503, 10],
    ['500', plain500, 50],
    ['429', { outcome: 'congestion', status: 429, ms: 1 } as const, 50],
    ['slow timeouts, one at a time', timeout, 5],
    ['errors of TLS', { outcome: 'permanent', status: null, code: 'tls_failed', ms: 1 } as const, Infinity],
    ['local shortages', { outcome: 'transient', status: null, code: 'local_limit', ms: 1 } as const, Infinity],
    ['429 that say when', { outcome: 'congestion', status: 429, headers: ['retry-after', '1'] } as const, Infinity],
    ['answers that are permanent', { outcome: 'permanent', status: 404 } as const, Infinity],
  ])('%s', (_name, end, count) => {
    expect(opensAfter(even(), end)).toBe(count);
  });

  test.each([
    ['connections refused', refused, 14],
    ['timeouts', timeout, 14],
    ['resets', reset, 20],
    ['500', plain500, 167],
    ['a name that is not found', { ...refused, code: 'dns_failed' } as const, Infinity],
    ['a proxy that lets nothing through', { ...refused, code: 'proxy_failed' } as const, Infinity],
  ])('of an origin that never answered it takes more: %s', (_name, end, count) => {
    expect(opensAfter(new Breaker(() => 0.5), end)).toBe(count);
  });

  test('weights of different failures add up', () => {
    const breaker = even();
    for (let count = 0; count < 3; count++) expect(breaker.ended(sampleAttemptEnd(refused), 1, count)).toBeNull();
    for (let count = 0; count < 3; count++) expect(breaker.ended(sampleAttemptEnd(reset), 1, count)).toBeNull();
    expect(breaker.ended(sampleAttemptEnd(bare503), 1, 4)).toBe('opened');
  });

  test('a sign of life between begins the count again, whatever its kind', () => {
    for (const life of [{ ms: 1 }, { outcome: 'permanent', status: 404 }, { status: 302 }] as const) {
      const breaker = even();
      for (let count = 0; count < 4; count++) breaker.ended(sampleAttemptEnd(refused), 1, count);
      expect(breaker.ended(sampleAttemptEnd(life), 1, 5)).toBeNull();
      expect(opensAfter(breaker, refused, 1, 10)).toBe(5);
    }
  });

  test('what tells nothing between does not', () => {
    const breaker = even();
    for (let count = 0; count < 4; count++) breaker.ended(sampleAttemptEnd(refused), 1, count);
    breaker.ended(sampleAttemptEnd(cancelled), 1, 4);
    expect(breaker.ended(sampleAttemptEnd(refused), 1, 5)).toBe('opened');
  });

  test('half of what is in flight, when that is more', () => {
    expect(opensAfter(even(), refused, 1_000)).toBe(500);
    expect(opensAfter(even(), plain500, 80)).toBe(50);
  });

  test('half of what was in flight when it began, though it shrinks', () => {
    const breaker = even();
    for (let left = 1_000; left > 501; left--) expect(breaker.ended(sampleAttemptEnd(refused), left, 1)).toBeNull();
    expect(breaker.ended(sampleAttemptEnd(refused), 501, 1)).toBe('opened');
  });
});

describe('records that poison', () => {
  test.each([
    ['one that is refused', refused, 1],
    ['two that are reset', reset, 2],
    ['24 that get a 500', plain500, 24],
  ] as const)('%s never open it', (_name, end, records) => {
    const breaker = even();
    for (let attempt = 1; attempt <= 100; attempt++) {
      for (let record = 0; record < records; record++) breaker.ended(sampleAttemptEnd({ ...end, attempt }), 1, attempt);
    }
    expect(breaker.state).toBe('closed');
  });

  test('one at a time with a slow failure: open before a record has had four attempts', () => {
    const breaker = even();
    let nowMs = 0;
    const attempts = [1, 1, 2, 2, 3].map((attempt) => {
      nowMs += 30_000;
      return breaker.ended(sampleAttemptEnd({ ...timeout, attempt }), 1, nowMs);
    });
    expect(attempts).toEqual([null, null, null, null, 'opened']);
  });

  test('some that hang until all others are done do not open it', () => {
    const breaker = even();
    breaker.ended(sampleAttemptEnd(), 21, 29_000);
    for (let left = 20; left > 0; left--) breaker.ended(sampleAttemptEnd(timeout), left, 30_000);
    for (let left = 20; left > 0; left--) breaker.ended(sampleAttemptEnd({ ...timeout, attempt: 2 }), left, 61_000);
    expect(breaker.state).toBe('closed');
  });
});

describe('while it is open', () => {
  test('it tells since when and why', () => {
    const breaker = even();
    expect(breaker).toMatchObject({ state: 'closed', openSinceMs: null, cause: '' });
    for (let count = 0; count < 5; count++) breaker.ended(sampleAttemptEnd(refused), 1, 100 + count);
    expect(breaker).toMatchObject({ state: 'open', openSinceMs: 100, cause: 'connection refused' });
    breaker.take(2_000);
    breaker.ended(sampleAttemptEnd(bare503), 1, 2_001);
    expect(breaker).toMatchObject({ state: 'open', openSinceMs: 100, cause: 'it answers 503' });
  });

  test('one probe at a time passes, the first after a second', () => {
    const breaker = opened(500);
    expect(breaker.waitMs(500)).toBe(1_000);
    expect(breaker.waitMs(1_499)).toBe(1);
    expect(breaker.waitMs(1_500)).toBe(0);
    breaker.take(1_500);
    expect(breaker.state).toBe('probing');
    expect(breaker.waitMs(99_999)).toBe(Infinity);
    expect(breaker.ended(sampleAttemptEnd(refused), 1, 1_600)).toBeNull();
    expect(breaker.waitMs(1_600)).toBe(1_000);
  });

  test('the distance grows with the outage to a minute', () => {
    const breaker = opened();
    for (const [atMs, distanceMs] of [
      [10_000, 1_000],
      [100_000, 5_000],
      [600_000, 30_000],
      [3_600_000, 60_000],
    ] as const) {
      breaker.take(atMs);
      breaker.ended(sampleAttemptEnd(refused), 1, atMs);
      expect(breaker.waitMs(atMs)).toBeCloseTo(distanceMs);
    }
  });

  test('the first comes soon even if the failures were slow', () => {
    const breaker = even();
    for (let count = 1; count <= 5; count++) breaker.ended(sampleAttemptEnd(timeout), 1, count * 30_000);
    expect(breaker.waitMs(150_000)).toBeCloseTo(1_000);
    expect(breaker.openSinceMs).toBe(30_000);
  });

  test('the distance is spread by a tenth to both sides', () => {
    const random = seededRandom(7);
    const waits = Array.from({ length: 300 }, () => {
      const breaker = new Breaker(random);
      breaker.ended(sampleAttemptEnd(), 1, -1e9);
      opensAfter(breaker, refused);
      return breaker.waitMs(5);
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(900);
    expect(Math.min(...waits)).toBeLessThan(920);
    expect(Math.max(...waits)).toBeLessThan(1_100);
    expect(Math.max(...waits)).toBeGreaterThan(1_080);
  });

  test('what was in flight when it opened and fails later prolongs nothing', () => {
    const breaker = opened();
    breaker.ended(sampleAttemptEnd({ ...timeout, ms: 900 }), 3, 900);
    expect(breaker.waitMs(900)).toBe(100);
    breaker.take(1_000);
    // It began before the opening: the probe is still under way.
    breaker.ended(sampleAttemptEnd({ ...timeout, ms: 2_000 }), 3, 2_000);
    expect(breaker.state).toBe('probing');
    breaker.ended(sampleAttemptEnd({ ...timeout, ms: 29_000 }), 2, 30_000);
    expect(breaker.state).toBe('open');
  });

  test('nothing else in flight: it was the probe, whatever the clocks say', () => {
    const breaker = opened();
    breaker.take(1_000);
    breaker.ended(sampleAttemptEnd({ ...refused, ms: 5_000 }), 1, 1_100);
    expect(breaker.state).toBe('open');
  });

  test('after a probe that was cancelled or never sent, another may go at once', () => {
    const breaker = opened();
    breaker.take(1_000);
    breaker.ended(sampleAttemptEnd(cancelled), 1, 1_100);
    expect(breaker.waitMs(1_100)).toBe(0);
    breaker.take(1_100);
    breaker.forgoProbe();
    expect(breaker.waitMs(1_100)).toBe(0);
  });

  test('after a probe that told nothing, another may go a while later', () => {
    const breaker = opened();
    breaker.take(1_000);
    breaker.ended(sampleAttemptEnd({ ...refused, code: 'local_limit' }), 1, 1_001);
    expect(breaker.waitMs(1_001)).toBe(1_000);
    expect(breaker.cause).toBe('connection refused');
  });
});

describe('the end of an outage', () => {
  test.each([
    ['an answer to the probe', { ms: 50 }],
    ['a redirect', { ms: 50, status: 302 }],
    ['an answer that refuses the request', { ms: 50, outcome: 'permanent', status: 404 }],
    ['an answer to what was in flight when it opened', { ms: 5_000 }],
  ] as const)('%s', (_name, end) => {
    const breaker = opened();
    breaker.take(1_000);
    expect(breaker.ended(sampleAttemptEnd(end), 2, 1_050)).toBe('closed');
    expect(breaker).toMatchObject({ state: 'closed', openSinceMs: null, cause: '' });
    expect(breaker.waitMs(1_050)).toBe(0);
    // The probe itself, if it was another: it fails, and is one failure.
    expect(breaker.ended(sampleAttemptEnd(refused), 1, 1_100)).toBeNull();
  });

  test('an answer that comes while no probe is under way', () => {
    const breaker = opened();
    expect(breaker.ended(sampleAttemptEnd({ ms: 600 }), 1, 500)).toBe('closed');
  });

  test('an origin that falls down again opens it without first attempts, until it has lived for a while', () => {
    const again = { ...refused, attempt: 2 };
    const breaker = opened();
    breaker.ended(sampleAttemptEnd(), 1, 2_000);
    expect(opensAfter(breaker, again, 1, 3_000)).toBe(5);
    for (let count = 0; count <= 50; count++) breaker.ended(sampleAttemptEnd(), 1, 4_000);
    expect(opensAfter(breaker, again, 1, 5_000)).toBe(Infinity);
    expect(opensAfter(breaker, refused, 1, 10_000)).toBe(2);
  });

  test('an outage of five minutes is over at most a twentieth and a second later', () => {
    for (const seed of [1, 2, 3]) {
      const breaker = new Breaker(seededRandom(seed));
      breaker.ended(sampleAttemptEnd(), 1, -1e9);
      opensAfter(breaker, refused);
      let nowMs = 5;
      let probes = 0;
      for (;;) {
        nowMs += breaker.waitMs(nowMs);
        breaker.take(nowMs);
        probes++;
        if (nowMs >= 300_000) break;
        breaker.ended(sampleAttemptEnd(refused), 1, nowMs + 1);
        nowMs += 1;
      }
      expect(nowMs).toBeLessThan(300_000 * 1.06);
      expect(probes).toBeLessThan(80);
      expect(breaker.ended(sampleAttemptEnd({ ms: 1 }), 1, nowMs + 1)).toBe('closed');
    }
  });
});
