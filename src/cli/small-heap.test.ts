// The young generation of a process of its own, looked at from inside: V8's flags hold for a whole process.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = `
import { getHeapSpaceStatistics } from 'node:v8';
import { systemClock } from '${new URL('../concurrency/clock.ts', import.meta.url).href}';
import { keepHeapSmall } from '${new URL('small-heap.ts', import.meta.url).href}';
const halfMb = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size / 2 ** 21;
let records = [];
async function work(isEnough) {
  const endMs = performance.now() + 10_000;
  while (performance.now() < endMs && !isEnough()) {
    for (let n = 0; n < 20_000; n++) {
      records.push({ n, list: [n] });
      if (records.length === 6_000) records = [];
    }
    await new Promise(setImmediate);
  }
  return halfMb();
}
const letGrow = keepHeapSmall(systemClock);
const grown = await work(() => halfMb() >= 8);
const longerMs = performance.now() + 500;
const atMost = await work(() => performance.now() > longerMs);
gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
const shrunk = halfMb();
const again = await work(() => halfMb() >= 8);
letGrow();
console.log(JSON.stringify({ grown, atMost, shrunk, again }));
`;

test('the young generation has the size that suits a run, also after a wait', async () => {
  const flags = ['--expose-gc', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  const { grown, atMost, shrunk, again } = JSON.parse(stdout) as Record<string, number>;
  expect(grown).toBe(8);
  expect(atMost).toBe(8);
  // V8 does so by itself when little is allocated for a while.
  expect(shrunk).toBeLessThan(8);
  expect(again).toBe(8);
});
