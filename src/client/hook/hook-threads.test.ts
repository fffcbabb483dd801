import { expect, onTestFinished, test } from 'vitest';
import type { HookEnd } from '../../batch/hook/record-hook.ts';
import { systemClock } from '../../concurrency/clock.ts';
import { sampleOk } from '../../testing/sample-result.ts';
import { HookThreads } from './hook-threads.ts';

async function endsOf(code: string, records: number, limits: { concurrency?: number; timeoutMs?: number }) {
  const { concurrency = null, timeoutMs = null } = limits;
  const module = `data:text/javascript,${encodeURIComponent(code)}`;
  const threads = 1;
  const hook = await HookThreads.open({
    module,
    threads,
    concurrency,
    timeoutMs,
    clock: systemClock,
    textIsJson: true,
  });
  onTestFinished(() => hook.close());
  const calls = Array.from({ length: records }, (_, index) => hook.call({ index, value: index }, sampleOk({ index })));
  return Promise.all<HookEnd>(calls);
}

test('a thread that a hook blocks for too long is ended: only that call fails, as does one that never settles', async () => {
  const code = `export default (n) => {
    if (n === 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return n === 0 ? new Promise(() => undefined) : n;
  };`;
  const late = { problem: 'the hook had not ended within 200 ms' };
  const ends = [late, { extracted: '1' }, late, { extracted: '3' }, { extracted: '4' }];
  const [waiting, ...others] = await endsOf(code, 5, { timeoutMs: 200, concurrency: 5 });
  expect(others).toEqual(ends.slice(1));
  // It was going on in the thread that had to be ended.
  expect([late.problem, 'the hook did not end: the hook of another record blocked its thread']).toContain(
    waiting !== undefined && 'problem' in waiting ? waiting.problem : waiting,
  );
});

test('as many calls as one likes may go on at once', async () => {
  const ends = await endsOf('export default (n) => n;', 3, { concurrency: Number.MAX_SAFE_INTEGER });
  expect(ends).toEqual([{ extracted: '0' }, { extracted: '1' }, { extracted: '2' }]);
});
