import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask, type Asked } from '../../testing/ask.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { until } from '../../testing/until.ts';
import { startTarget, type Target } from '../start-target.ts';

let clock: FakeClock;
let target: Target;
beforeEach(async () => {
  clock = new FakeClock();
  target = await startTarget({ clock });
});
afterEach(() => target.close());

/** Asks, and says whether the answer is there. */
function asking(path: string): { readonly answer: Promise<Asked>; readonly isThere: () => boolean } {
  let isThere = false;
  const answer = ask(target.url + path).finally(() => (isThere = true));
  return { answer, isThere: () => isThere };
}

test('a delay is as long as asked for, with a fraction, not less', async () => {
  const { answer, isThere } = asking('/delay/1.5');
  await until(() => clock.pending === 1);
  clock.advance(1499);
  expect([clock.pending, target.stats().completed, isThere()]).toEqual([1, 0, false]);
  clock.advance(1);
  expect((await answer).body.toString()).toBe('{"delayed":1.5}');
});

test('a client that gives up takes its timer along', async () => {
  const abort = new AbortController();
  const given = ask(`${target.url}/delay/60`, { signal: abort.signal });
  await until(() => clock.pending === 1);
  abort.abort();
  expect((await given).error).toBe('ABORT_ERR');
  await until(() => clock.pending === 0);
  expect(target.stats()).toMatchObject({ completed: 0, byStatus: {}, inFlight: { now: 0 } });
});

test('a drip gives its head at once and one byte at a time', async () => {
  const { answer } = asking('/drip/3?ms=50');
  await until(() => clock.pending === 1);
  expect(target.stats().byStatus).toEqual({ 200: 1 });
  for (let bytes = 1; bytes <= 2; bytes++) {
    clock.advance(50);
    expect(clock.pending).toBe(1);
  }
  clock.advance(49);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  expect(clock.pending).toBe(0);
  const { body, headers } = await answer;
  expect([body.toString(), headers['content-length']]).toEqual(['...', '3']);
});

test('silence lasts', async () => {
  const { answer, isThere } = asking('/silent');
  await until(() => target.stats().byStatus['silent'] === 1);
  clock.advance(86_400_000);
  expect([isThere(), target.stats().inFlight.now, clock.pending]).toEqual([false, 1, 0]);
  await target.close();
  expect((await answer).error).toBe('ECONNRESET');
});
