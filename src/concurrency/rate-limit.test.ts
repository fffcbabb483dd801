import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { RateLimit } from './rate-limit.ts';

function limit(...rates: string[]) {
  const clock = new FakeClock();
  return { clock, rate: new RateLimit(rates, { clock }) };
}

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

/** Moves the clock from timer to timer until nobody waits. */
function runOut(clock: FakeClock, rate: RateLimit): void {
  while (rate.waiting > 0) clock.advance(clock.nextMs - clock.now());
}

test('gives a permit at each tick of its rate, in turn', async () => {
  const { clock, rate } = limit('10/s');
  const went: number[] = [];
  const all = Array.from({ length: 5 }, (_, n) => rate.acquire().then(() => went.push(n)));
  await settle();
  expect(went).toEqual([0]);
  expect(rate.tryAcquire()).toBeNull();
  expect(rate.statistics()).toEqual({ rates: ['10/s'], waiting: 4, binding: '10/s' });
  clock.advance(99);
  await settle();
  expect(went).toEqual([0]);
  clock.advance(1);
  await settle();
  expect(went).toEqual([0, 1]);
  clock.advance(300);
  await Promise.all(all);
  expect(went).toEqual([0, 1, 2, 3, 4]);
  expect(clock.pending).toBe(0);
  expect(rate.statistics()).toEqual({ rates: ['10/s'], waiting: 0, binding: null });
});

test('several rates hold together, and the one that is waited for can be told', async () => {
  const { clock, rate } = limit('10/s', '3/m');
  for (let n = 0; n < 2; n++) {
    void rate.acquire();
    runOut(clock, rate);
  }
  void rate.acquire();
  expect(rate.statistics().binding).toBe('3/m');
  expect(clock.now()).toBe(20_000);
});

test('what it really cost is told when it is over, and makes the next wait longer or shorter', async () => {
  const { clock, rate } = limit('600/m:cost');
  const permit = await rate.acquire({ cost: 10 });
  const next = rate.acquire({ cost: 1 });
  expect(clock.nextMs).toBe(1000);
  permit.release({ cost: 30 });
  clock.advance(2999);
  expect(rate.waiting).toBe(1);
  clock.advance(1);
  (await next).release({ cost: 0 });
  expect(rate.tryAcquire()).not.toBeNull();
});

test('other rates hold at once, also for those who wait', () => {
  const { clock, rate } = limit('1/h');
  for (let n = 0; n < 3; n++) void rate.acquire();
  expect(rate.waiting).toBe(2);
  rate.setRates('10/s');
  runOut(clock, rate);
  expect(clock.now()).toBeLessThanOrEqual(200);
  expect(() => rate.setRates('fast')).toThrow('got "fast"');
  expect(rate.statistics().rates).toEqual(['10/s']);
});

describe('refuses', () => {
  test.each([
    [() => new RateLimit('10'), 'Expected `rates` to be a rate such as 10/s, 600/m or 5000/h, got "10"'],
    [() => new RateLimit([]), 'Expected `rates` to be a rate such as 10/s, or several, got a list'],
    [() => new RateLimit('10/s').tryAcquire(5), 'Expected `cost` to be left out, since 10/s counts requests, got 5'],
    [() => new RateLimit('10/s:cost').tryAcquire(-1), 'Expected `cost` to be a number from 0 up, got -1'],
    [
      () => new RateLimit('10/s:cost').tryAcquire(5)?.release({ cost: Number.NaN }),
      'Expected `cost` to be a number from 0 up, got NaN',
    ],
  ])('%s', (attempt, message) => {
    expect(attempt).toThrow(message);
  });
});

interface Arrival {
  readonly afterMs: number;
  readonly cost: number;
  readonly leavesAfterMs: number | null;
}

interface Passage {
  readonly atMs: number;
  readonly cost: number;
  readonly n: number;
}

/** Lets all come who come, in their time, and tells who passed when. */
async function passages(rates: string[], arrivals: readonly Arrival[]): Promise<Passage[]> {
  const { clock, rate } = limit(...rates);
  const passed: Passage[] = [];
  let left = 0;
  const pass = async (untilMs: number): Promise<void> => {
    const isDue = (): boolean => clock.nextMs <= untilMs && clock.nextMs < Infinity;
    for (await settle(); isDue(); await settle()) clock.advance(clock.nextMs - clock.now());
    if (untilMs < Infinity) clock.advance(untilMs - clock.now());
  };
  for (const [n, { afterMs, cost, leavesAfterMs }] of arrivals.entries()) {
    await pass(clock.now() + afterMs);
    const controller = new AbortController();
    if (leavesAfterMs !== null) clock.setTimer(leavesAfterMs, () => controller.abort());
    rate.acquire({ cost, signal: controller.signal }).then(
      () => passed.push({ atMs: clock.now(), cost, n }),
      () => left++,
    );
  }
  await pass(Infinity);
  expect({ settled: passed.length + left, waiting: rate.waiting }).toEqual({ settled: arrivals.length, waiting: 0 });
  return passed;
}

test('whoever comes when, and whoever leaves: no window has more than the rate, and nobody is forgotten', async () => {
  const arrival = fc.record({
    afterMs: fc.nat({ max: 40 }),
    cost: fc.integer({ min: 1, max: 20 }),
    leavesAfterMs: fc.option(fc.nat({ max: 3000 })),
  });
  let most = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 60 }), async (arrivals) => {
      const passed = await passages(['30/s', '100/s:cost'], arrivals);
      expect(passed).toEqual(passed.toSorted((a, b) => a.n - b.n));
      for (const from of passed) {
        const window = passed.filter(({ atMs }) => atMs >= from.atMs && atMs < from.atMs + 1000);
        const cost = window.reduce((sum, one) => sum + one.cost, 0);
        expect(window.length).toBeLessThanOrEqual(30);
        expect(cost).toBeLessThanOrEqual(100);
        most = Math.max(most, cost);
      }
    }),
    { numRuns: 60 },
  );
  expect(most).toBeGreaterThan(80);
});
