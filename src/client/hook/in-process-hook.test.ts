import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { sampleOk } from '../../testing/sample-result.ts';
import { InProcessHook } from './in-process-hook.ts';

function hookOf(hook: () => unknown, timeoutMs: number | null) {
  const clock = new FakeClock();
  return { clock, hook: new InProcessHook(hook, { concurrency: null, timeoutMs, clock }) };
}

test('a call that takes too long is waited for no more; one that ends in time leaves no timer', async () => {
  const { clock, hook } = hookOf(() => new Promise(() => undefined), 30_000);
  const end = hook.call(null, sampleOk());
  clock.advance(29_999);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  expect([await end, clock.pending]).toEqual([{ problem: 'the hook had not ended within 30 s' }, 0]);

  const quick = hookOf(async () => 1, 30_000);
  expect(await quick.hook.call(null, sampleOk())).toEqual({ extracted: '1' });
  expect(quick.clock.pending).toBe(0);
});

test('without a limit there is no timer, and a closed hook keeps none', async () => {
  const { clock, hook } = hookOf(() => new Promise(() => undefined), null);
  void hook.call(null, sampleOk());
  expect(clock.pending).toBe(0);
  const limited = hookOf(() => new Promise(() => undefined), 1000);
  void limited.hook.call(null, sampleOk());
  await limited.hook.close();
  expect(limited.clock.pending).toBe(0);
});

/** Whatever has a `then` is a promise to JavaScript. */
function thenable(then: (give: (value: unknown) => void) => void): object {
  const odd = {};
  Reflect.set(odd, 'then', then);
  return odd;
}

test.each([
  [
    'a thenable that throws',
    thenable(() => {
      throw new Error('no');
    }),
    { problem: 'the hook threw Error: no' },
  ],
  [
    'one that settles twice',
    thenable((give) => {
      give(1);
      give(2);
    }),
    { extracted: '1' },
  ],
  ['a promise of a promise', Promise.resolve(Promise.resolve(2)), { extracted: '2' }],
])('%s is one end', async (_, given, end) => {
  expect(await hookOf(() => given, null).hook.call(null, sampleOk())).toEqual(end);
});
