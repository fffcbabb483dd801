// `npm run examples`: runs the programs of `examples/`, a folder of where it is started, one after another, each with its
// title and what it prints, and says at the end which failed. `npm run examples -- 10 18` runs only these.

import { systemClock } from '../src/concurrency/clock.ts';
import { exampleProgramsIn, runExample } from './example-programs.ts';

/** What is given to those that would take long. */
const shortened: Readonly<Record<string, readonly string[]>> = { '02': ['0.5'], '24': ['20000'] };

const programs = exampleProgramsIn('examples');
const wanted = process.argv.slice(2).map((word) => word.padStart(2, '0'));
const unknown = wanted.filter((number) => !programs.some((program) => program.number === number));

if (unknown.length > 0) {
  const numbers = programs.map(({ number }) => number).join(' ');
  process.stderr.write(`There is no example ${unknown.join(', ')}; there are ${numbers}.\n`);
  process.exitCode = 2;
} else {
  await main();
}

async function main(): Promise<void> {
  const chosen = wanted.length === 0 ? programs : programs.filter(({ number }) => wanted.includes(number));
  const failures: string[] = [];
  const startMs = systemClock.now();
  for (const program of chosen) {
    const { number, title, about } = program;
    const words = shortened[number] ?? [];
    const given = words.length === 0 ? '' : ` (with ${words.join(' ')})`;
    process.stdout.write(`\n── ${number} ${title}${given}\n${about}\n\n`);
    const failure = await runExample(program, words);
    if (failure !== null) failures.push(`${number} ${title} (${failure})`);
  }
  const seconds = ((systemClock.now() - startMs) / 1000).toFixed(0);
  const end = failures.length === 0 ? 'none failed' : `failed: ${failures.join(', ')}`;
  process.stdout.write(`\n${chosen.length} programs in ${seconds} s, ${end}\n`);
  if (failures.length > 0) process.exitCode = 1;
}
