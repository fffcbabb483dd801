import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServerClock } from './server-clock.ts';

const startMs = Date.UTC(2026, 10, 21, 10, 0, 0);

/** What a server whose clock is so much ahead writes when ours shows this. */
const dateAt = (ourMs: number, aheadMs: number) => new Date(ourMs + aheadMs).toUTCString();

test('without a date our clock is all there is', () => {
  const clock = new ServerClock();
  expect(clock.waitMs(startMs + 2500, '', startMs)).toBe(2500);
  expect(clock.waitMs(startMs + 2500, 'yesterday', startMs)).toBe(2500);
  expect(clock.waitMs(startMs - 1, '', startMs)).toBe(0);
});

test('one date is up to a second behind, and a clock that is behind makes the wait longer', () => {
  expect(new ServerClock().waitMs(startMs + 60_000, dateAt(startMs, 0), startMs + 900)).toBe(60_000);
  expect(new ServerClock().waitMs(startMs + 60_000, dateAt(startMs, -20_000), startMs)).toBe(80_000);
  expect(new ServerClock().waitMs(startMs + 60_000, dateAt(startMs, 20_000), startMs)).toBe(60_000);
});

test('a date that is hours behind says nothing of a moment that is to come', () => {
  const never = 'Thu, 01 Jan 1970 00:00:00 GMT';
  for (const date of [never, dateAt(startMs, -5 * 3_600_000), dateAt(startMs, 5 * 3_600_000)])
    expect(new ServerClock().waitMs(startMs + 60_000, date, startMs)).toBe(60_000);
  // A clock that is hours behind, and names moments by itself.
  const momentMs = startMs - 5 * 3_600_000 + 60_000;
  expect(new ServerClock().waitMs(momentMs, dateAt(startMs, -5 * 3_600_000), startMs)).toBe(60_000);
});

test('answers from all of a second tell where it begins', () => {
  const clock = new ServerClock();
  const aheadMs = -3210;
  for (let ms = 0; ms < 1000; ms += 10) clock.waitMs(startMs, dateAt(startMs + ms, aheadMs), startMs + ms);
  const waitMs = clock.waitMs(startMs + 5000, dateAt(startMs + 999, aheadMs), startMs + 999);
  expect(waitMs).toBeGreaterThanOrEqual(5000 - 999 + 3210);
  expect(waitMs).toBeLessThanOrEqual(5000 - 999 + 3210 + 10);
});

test('who comes back when it was told learns it too, at the price of two seconds', () => {
  for (let aheadMs = -900; aheadMs <= 0; aheadMs += 50) {
    const clock = new ServerClock();
    let ourMs = startMs;
    const late: number[] = [];
    for (let i = 0; i < 12; i++) {
      const momentMs = Math.ceil((ourMs + aheadMs + 1) / 1000) * 1000;
      const waitMs = clock.waitMs(momentMs, dateAt(ourMs, aheadMs), ourMs);
      late.push(waitMs - (momentMs - ourMs - aheadMs));
      ourMs += waitMs + 5;
    }
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late.slice(4))).toBeLessThanOrEqual(300);
    expect(late.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(6000);
  }
});

test('a clock that was set is believed by the second that an answer names', () => {
  const clock = new ServerClock();
  for (let ms = 0; ms < 1000; ms += 10) clock.waitMs(startMs, dateAt(startMs + ms, 0), startMs + ms);
  // Ours was put 8 s ahead: what was learned would have it 8 s too late there.
  const ourMs = startMs + 9000;
  expect(clock.waitMs(startMs + 5000, dateAt(startMs + 1000, 0), ourMs)).toBe(4000 - 999);
});

test('a moment is never taken for an earlier one than its server meant', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -100_000, max: 100_000 }),
      fc.array(fc.tuple(fc.nat(30_000), fc.nat(400), fc.nat(20_000)), { maxLength: 60 }),
      (aheadMs, answers) => {
        const clock = new ServerClock();
        let ourMs = startMs;
        for (const [afterMs, tookMs, momentInMs] of answers) {
          ourMs += afterMs;
          const date = dateAt(ourMs, aheadMs);
          const momentMs = ourMs + aheadMs + momentInMs;
          ourMs += tookMs;
          const waitMs = clock.waitMs(momentMs, date, ourMs);
          expect(ourMs + waitMs + aheadMs).toBeGreaterThanOrEqual(momentMs);
          expect(ourMs + waitMs).toBeGreaterThanOrEqual(momentMs);
        }
      },
    ),
  );
});
