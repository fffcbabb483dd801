// Moves a fake clock from timer to timer until a promise has settled. It waits for no real time.

import type { FakeClock } from './fake-clock.ts';

/** Lets all that is at hand happen. */
export async function letHappen(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * What a promise comes to, with time passing as fast as it can.
 *
 * @throws if nothing will happen any more and it has not settled
 */
export async function runUntilSettled<T>(clock: FakeClock, promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const settled: PromiseSettledResult<T>[] = [];
  void Promise.allSettled([promise]).then(([result]) => settled.push(result));
  for (;;) {
    await letHappen();
    const [result] = settled;
    if (result !== undefined) return result;
    if (clock.pending === 0) throw new Error('it waits for ever: no timer is set');
    clock.advance(clock.nextMs - clock.now());
  }
}
