// The memory of a long map, in a process of its own: nothing that it has done with an item may stay.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = `
import { mapOrdered } from '${new URL('map-ordered.ts', import.meta.url).href}';
import { mapUnordered } from '${new URL('map-unordered.ts', import.meta.url).href}';
const count = 200_000;
async function heaps(map, source, work) {
  const heaps = [];
  let taken = 0;
  for await (const _ of map(source(), work, { limit: 1000 })) {
    taken++;
    if (taken !== 10_000 && taken !== count - 5_000) continue;
    gc();
    heaps.push(process.memoryUsage().heapUsed / 2 ** 20);
  }
  return { taken, heaps };
}
function* numbers() {
  for (let n = 0; n < count; n++) yield { n };
}
async function* slowNumbers() {
  yield* numbers();
}
const work = async ({ n }) => {
  if (n % 7 === 0) await new Promise(setImmediate);
  return { n };
};
console.log(JSON.stringify([await heaps(mapUnordered, numbers, work), await heaps(mapOrdered, slowNumbers, work)]));
`;

test('200,000 items leave no more behind than 10,000 do', async () => {
  const flags = ['--expose-gc', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  for (const { taken, heaps } of JSON.parse(stdout) as { taken: number; heaps: [number, number] }[]) {
    expect(taken).toBe(200_000);
    // A promise or a closure that is left for each item would be 10 MiB and more.
    expect(heaps[1] - heaps[0]).toBeLessThan(1.5);
  }
});
