// Waits for something that happens in this process, without guessing how long it takes.

import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves as soon as the condition holds; fails after `limitMs`. */
export async function until(condition: () => boolean, limitMs = 5000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`after ${limitMs} ms there is still not: ${condition.toString()}`);
    await sleep(1);
  }
}
