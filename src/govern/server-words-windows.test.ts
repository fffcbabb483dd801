import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServerWords } from './server-words.ts';

const wallMs = Date.UTC(2026, 10, 21, 10, 0, 0);
const limited = (r: number, t: number, q?: number) => [
  'ratelimit',
  `"a";r=${r};t=${t}`,
  ...(q === undefined ? [] : ['ratelimit-policy', `"a";q=${q};w=60`]),
];
const github = (remaining: number, resetInMs: number) => [
  'x-ratelimit-remaining',
  String(remaining),
  'x-ratelimit-reset',
  String((wallMs + resetInMs) / 1000),
];
const ofResource = (resource: string, remaining: number, resetInMs: number) => [
  ...github(remaining, resetInMs),
  'x-ratelimit-resource',
  resource,
  'x-ratelimit-limit',
  '30',
];
const tokens = ['x-ratelimit-remaining-tokens', '12', 'x-ratelimit-reset-tokens', '6m0s'];

/** One origin, with its own count of what is in flight. */
class Origin {
  readonly words = new ServerWords();
  nowMs = 0;
  inFlight = 0;

  /** Sends until nothing more may be sent. */
  send(most: number, cost = 1): number {
    let sent = 0;
    for (; sent < most && this.words.waitMs(this.nowMs, cost) === 0; sent++) {
      this.words.take(this.nowMs, cost);
      this.inFlight++;
    }
    return sent;
  }

  answer(headers: readonly string[], status = 200): boolean {
    this.inFlight--;
    return this.words.hear(status, headers, this.nowMs, wallMs + this.nowMs, this.inFlight);
  }

  lose(count: number): void {
    this.inFlight -= count;
  }

  wait(cost = 1): number {
    return this.words.waitMs(this.nowMs, cost);
  }
}

test('what is in flight counts as not counted yet, and no more once it is answered', () => {
  const origin = new Origin();
  expect(origin.send(5)).toBe(5);
  origin.answer(limited(10, 60));
  expect(origin.send(100)).toBe(6);
  // All ten were counted on arrival, as it turns out: nothing is left.
  for (let i = 0; i < 10; i++) origin.answer(limited(0, 60));
  expect(origin.send(100)).toBe(0);
});

test('a server that counts on arrival loses none of its quota to caution', () => {
  const origin = new Origin();
  origin.send(100);
  origin.answer(limited(50, 60));
  expect(origin.send(1)).toBe(0);
  expect(origin.words.detail).toBe('a: remaining 50, all in flight, until its window resets');
  for (let i = 0; i < 99; i++) origin.answer(limited(50, 60));
  expect(origin.send(1000)).toBe(50);
});

test('answers that come out of order raise nothing', () => {
  const origin = new Origin();
  origin.send(3);
  origin.answer(limited(7, 60));
  origin.answer(limited(9, 60));
  origin.answer(limited(8, 60));
  expect(origin.send(100)).toBe(7);
});

test('what was lost without an answer may have been counted, until later answers tell', () => {
  const origin = new Origin();
  origin.send(4);
  origin.answer(limited(3, 60));
  origin.lose(2);
  origin.answer(limited(4, 60));
  // Two of the three that were left may be gone with those that were lost.
  expect(origin.send(100)).toBe(1);
  // The answer to one that was sent after them tells of both: they had not arrived.
  origin.answer(limited(2, 60));
  expect(origin.send(1)).toBe(0);
  const calm = new Origin();
  for (let i = 0; i < 200; i++) {
    calm.send(1);
    if (i % 10 === 0) calm.lose(1);
    else calm.answer(limited(5000 - i, 3600));
  }
  expect(calm.send(10_000)).toBeGreaterThan(4790);
});

test('behind a reset no more than the limit is sent until an answer tells, if the limit is known', () => {
  const origin = new Origin();
  origin.send(1);
  origin.answer(limited(0, 5, 20));
  expect(origin.send(100)).toBe(0);
  expect(origin.words.forgets(4999)).toBe(false);
  origin.nowMs = 5000;
  expect(origin.words.forgets(5000)).toBe(true);
  expect(origin.send(100)).toBe(20);
  expect(origin.words.detail).toBe('a: as many as its limit of 20 allows were sent');
  expect(origin.words.forgets(5000)).toBe(true);
  origin.nowMs = 5100;
  origin.answer(limited(30, 60, 50));
  expect(origin.send(100)).toBe(30 - 19);
});

test('what is in flight at a reset may count behind it', () => {
  const origin = new Origin();
  origin.send(6);
  origin.answer(limited(5, 5, 20));
  origin.nowMs = 5000;
  expect(origin.send(100)).toBe(15);
});

test('what is presumed ends by itself, and with an answer that does not tell of it', () => {
  const silent = new Origin();
  silent.send(1);
  silent.answer(limited(0, 5, 20));
  silent.nowMs = 5000;
  silent.send(100);
  silent.lose(20);
  expect(silent.wait()).toBe(60_000);
  silent.nowMs = 65_000;
  expect(silent.send(1000)).toBe(1000);

  const other = new Origin();
  other.send(1);
  other.answer(limited(0, 5, 20));
  other.nowMs = 5000;
  other.send(100);
  other.answer(['content-type', 'text/html']);
  expect(other.send(1000)).toBe(1000);
});

test('behind a reset with an unknown limit anything may be sent', () => {
  const origin = new Origin();
  origin.send(1);
  origin.answer(limited(0, 5));
  origin.nowMs = 5000;
  expect(origin.send(1000)).toBe(1000);
});

test('a newer answer may push back further, or lower', () => {
  const origin = new Origin();
  origin.send(2);
  origin.answer(limited(60, 58));
  origin.nowMs = 2000;
  origin.answer(limited(20, 56));
  expect(origin.send(100)).toBe(20);
  origin.nowMs = 10_000;
  origin.answer(limited(0, 20));
  expect(origin.wait()).toBe(20_000);
  origin.nowMs = 11_000;
  origin.answer(limited(0, 40));
  expect(origin.wait()).toBe(40_000);
});

test('a reset that servers round down does not move to an earlier moment', () => {
  const origin = new Origin();
  origin.send(2);
  origin.answer(limited(1, 50));
  origin.nowMs = 200;
  origin.answer(limited(0, 49));
  expect(origin.wait()).toBe(49_800);
});

test('a later moment is a later window; one that has passed is an earlier one', () => {
  const origin = new Origin();
  origin.send(4);
  origin.answer(github(0, 10_000));
  expect(origin.wait()).toBe(10_000);
  origin.nowMs = 9000;
  origin.answer(github(55, 70_000));
  expect(origin.wait()).toBe(0);
  origin.nowMs = 12_000;
  origin.answer(github(0, 10_000));
  // One is in flight still.
  expect(origin.send(100)).toBe(54);
  expect(origin.wait()).toBe(58_000);
});

test("the same moment comes sooner once it is known better how far the server's clock is from ours", () => {
  const origin = new Origin();
  const said = (remaining: number) => [
    'date',
    new Date(wallMs + origin.nowMs).toUTCString(),
    ...github(remaining, 60_000),
  ];
  origin.send(2);
  origin.nowMs = 800;
  origin.answer(said(1));
  expect(origin.send(2)).toBe(0);
  expect(origin.wait()).toBe(60_000);
  origin.nowMs = 1000;
  origin.answer(said(0));
  expect(origin.wait()).toBe(59_000);
});

test('a time from now that comes late raises nothing', () => {
  const origin = new Origin();
  origin.send(2);
  origin.answer(limited(5, 60));
  origin.nowMs = 10_000;
  origin.answer(limited(40, 60));
  expect(origin.send(100)).toBe(5);
  expect(origin.wait()).toBe(50_000);
});

test('a bucket that fills while it is drawn from may have more again once its first reset is over', () => {
  const origin = new Origin();
  origin.send(3);
  origin.answer(limited(10, 5));
  origin.nowMs = 4000;
  origin.answer(limited(0, 60));
  expect(origin.wait()).toBe(60_000);
  origin.nowMs = 6000;
  origin.answer(limited(50, 60));
  expect(origin.send(100)).toBe(50);
});

test('quotas of other resources are counted apart', () => {
  const origin = new Origin();
  origin.send(3);
  origin.answer(ofResource('search', 0, 30_000));
  origin.answer(ofResource('core', 4000, 600_000));
  expect(origin.wait()).toBe(30_000);
  origin.nowMs = 30_000;
  // Nor is anything presumed of it: what comes next may be all of the other resource.
  expect(origin.send(10_000)).toBe(3999);
});

test('an answer that names no resource tells of no known one', () => {
  const origin = new Origin();
  origin.send(3);
  origin.answer(ofResource('search', 0, 30_000));
  origin.answer(github(4000, 600_000));
  expect(origin.wait()).toBe(30_000);
});

test('Retry-After takes precedence over a reset that is later, for what is used up', () => {
  const origin = new Origin();
  origin.send(2);
  origin.answer(limited(0, 300), 200);
  expect(origin.wait()).toBe(300_000);
  origin.answer([...limited(0, 299), 'retry-after', '20'], 429);
  expect([origin.wait(), origin.words.reason]).toEqual([20_000, 'retry-after']);
  origin.nowMs = 20_000;
  expect(origin.wait()).toBe(0);
});

test('Retry-After takes precedence over the time until a bucket of tokens is full', () => {
  const origin = new Origin();
  origin.send(1, 100);
  origin.answer([...tokens, 'retry-after', '2'], 429);
  origin.nowMs = 2000;
  expect(origin.wait(100)).toBe(0);
});

test('Retry-After leaves what is left as it is', () => {
  const origin = new Origin();
  origin.send(1);
  origin.answer([...limited(15, 40), 'retry-after', '20'], 429);
  origin.nowMs = 20_000;
  expect(origin.send(100)).toBe(15);
  expect(origin.wait()).toBe(20_000);
});

test('costs in flight are reckoned at the average', () => {
  const origin = new Origin();
  origin.send(10, 100);
  origin.answer(['x-ratelimit-remaining-tokens', '2000', 'x-ratelimit-reset-tokens', '30s']);
  expect(origin.send(100, 50)).toBe((2000 - 900) / 50);
  expect(origin.words.detail).toBe('x-ratelimit-tokens: remaining 2,000 units, too few, until its window resets');
});

test('the same text is parsed once, and still counts each time', () => {
  const origin = new Origin();
  origin.send(3);
  origin.answer(limited(5, 60, 100));
  expect(origin.words.statistics()).toEqual({ quotas: 1, parsed: 2 });
  origin.nowMs = 30_000;
  expect(origin.answer(limited(5, 60, 100))).toBe(true);
  expect(origin.words.statistics()).toEqual({ quotas: 1, parsed: 2 });
  expect(origin.send(100)).toBe(4);
  expect(origin.wait()).toBe(60_000);
  origin.answer(limited(4, 60, 100));
  expect(origin.words.statistics().parsed).toBe(3);
  const twice = new Origin();
  for (let i = 0; i < 3; i++) twice.answer([...limited(5, 60), 'ratelimit', '"b";r=1;t=9']);
  expect(twice.words.statistics()).toEqual({ quotas: 2, parsed: 2 });
});

test('a fixed window is never exceeded, and is used up, whatever the order of answers', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.nat(1000), { minLength: 300, maxLength: 300 }),
      fc.boolean(),
      (limit, concurrency, choices, countsOnArrival) => {
        const origin = new Origin();
        let used = 0;
        let unanswered: (number | null)[] = [];
        for (const choice of choices) {
          if (choice % 2 === 0 && origin.inFlight < concurrency) {
            if (origin.send(1) === 1) unanswered.push(countsOnArrival ? limit - ++used : null);
          } else if (unanswered.length > 0) {
            const at = choice % unanswered.length;
            const counted = unanswered[at] ?? limit - ++used;
            unanswered = unanswered.filter((_, i) => i !== at);
            origin.answer(limited(Math.max(0, counted), 60, limit));
          }
        }
        for (let spare = unanswered.shift(); spare !== undefined; spare = unanswered.shift())
          origin.answer(limited(Math.max(0, spare ?? limit - ++used), 60, limit));
        for (let more = limit; more > 0 && origin.send(1) === 1; more--)
          origin.answer(limited(limit - ++used, 60, limit));
        expect(used).toBeGreaterThanOrEqual(limit);
        // Before the first answer nothing is known: so much may be in flight then.
        expect(used).toBeLessThanOrEqual(Math.max(limit, firstBurst(choices, concurrency)));
      },
    ),
    { numRuns: 200 },
  );
});

/** How many are sent before the first answer. */
function firstBurst(choices: readonly number[], concurrency: number): number {
  let sent = 0;
  for (const choice of choices) {
    if (choice % 2 === 0) sent = Math.min(concurrency, sent + 1);
    else if (sent > 0) break;
  }
  return sent;
}
