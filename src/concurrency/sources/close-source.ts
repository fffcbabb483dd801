// Tells a source that nothing more will be asked of it, so that it lets go of what it holds. One that is stuck in giving
// an item is not waited for without end.

import type { Clock } from '../clock.ts';

const closeLimitMs = 1000;

/**
 * Closes a source before its end.
 *
 * @param asking whether it was asked for an item that it has not given yet
 * @throws what the source throws
 */
export async function closeSource(
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
  asking: boolean,
  clock: Clock,
): Promise<void> {
  const closing = Promise.resolve(iterator.return?.());
  if (!asking) {
    await closing;
    return;
  }
  // A generator ends only after it has given the item that it was asked for, which may never be.
  closing.catch(() => undefined);
  const limit: PromiseWithResolvers<void> = Promise.withResolvers();
  const timer = clock.setTimer(closeLimitMs, limit.resolve);
  try {
    await Promise.race([closing, limit.promise]);
  } finally {
    clock.clearTimer(timer);
  }
}
