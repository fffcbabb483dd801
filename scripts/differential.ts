// Random and mutated answers against our parser and undici's: `node scripts/differential.ts --cases 1000000`.
// Progress goes to stderr, a table to stdout; it fails if anything differs that is not listed in
// test/differential/differences.ts, and in a run of a million also if something is listed that nothing needs.

import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { differences } from '../test/differential/differences.ts';
import { runDifferential } from '../test/differential/run-differential.ts';
import type { Tally } from '../test/differential/run-differential.ts';

/** From so many cases on each difference has been met many times, or never will be. */
const casesThatMeetAll = 1_000_000;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: String(casesThatMeetAll) },
    seed: { type: 'string' },
    seconds: { type: 'string', default: 'Infinity' },
  },
});

const cases = Number(values.cases);
const seed = values.seed === undefined ? randomInt(0x4000_0000) : Number(values.seed);
const untilMs = performance.now() + Number(values.seconds) * 1_000;
if (!(cases > 0) || !Number.isSafeInteger(seed) || Number.isNaN(untilMs)) {
  console.error('usage: node scripts/differential.ts [--cases N] [--seed N] [--seconds S]');
  process.exit(2);
}

console.error(`seed ${seed}`);
const beganMs = performance.now();
let shownMs = beganMs;
let told = 0;

const tally = await runDifferential({
  cases,
  seed,
  enough: (soFar) => {
    const nowMs = performance.now();
    while (told < soFar.failures.length) console.error(`FAILED ${soFar.failures[told++]}`);
    if (nowMs - shownMs > 5_000) {
      shownMs = nowMs;
      const rate = Math.round((soFar.cases / (nowMs - beganMs)) * 1_000);
      console.error(`${soFar.cases} of ${cases} cases, ${rate} a second, ${soFar.failures.length} failures`);
    }
    return nowMs > untilMs;
  },
});

const unused = [...tally.uses].filter(([, uses]) => uses === 0).map(([name]) => name);
console.log(table(tally, performance.now() - beganMs));
for (const failure of tally.failures) console.log(`\nFAILED ${failure}`);
const isUnused = tally.cases >= casesThatMeetAll && unused.length > 0;
if (isUnused) console.log(`\nFAILED listed, and needed by nothing: ${unused.join(', ')}`);
process.exitCode = tally.failures.length > 0 || isUnused ? 1 : 0;

function table({ cases: all, bothTake, bothRefuse, differ, uses, failures }: Tally, ms: number): string {
  const rows: [string, number, string][] = [
    ['cases', all, `seed ${seed}, ${Math.round(ms / 1_000)} s`],
    ['both take', bothTake, 'and tell the same'],
    ['both refuse', bothRefuse, 'at the same answer'],
    ['listed differences', differ, 'by name:'],
    ...differences.map(({ name, reason }): [string, number, string] => [`  ${name}`, uses.get(name) ?? 0, reason]),
    ['failures', failures.length, ''],
  ];
  return rows.map(([name, count, note]) => `${name.padEnd(26)}${String(count).padStart(9)}  ${note}`).join('\n');
}
