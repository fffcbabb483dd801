// Runs programs one after another in this process, each in a folder of its own, and tells its parent of each what it
// printed, what it threw, and what it left behind that would keep a process from ending.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { format, inspect } from 'node:util';

/** What became of a program. */
export interface ProgramRun {
  readonly file: string;
  readonly lines: readonly string[];
  /** What it threw, also from a callback, and what it wrote as an error; empty if nothing. */
  readonly error: string;
  /** Sockets, timers and the like, as Node names them. */
  readonly left: readonly string[];
}

/** Sockets may take a moment to close, and a busy machine more than one. */
const graceMs = 1_500;

let lines: string[] = [];
let errors: string[] = [];

async function run(file: string): Promise<ProgramRun> {
  lines = [];
  errors = [];
  const before = process.getActiveResourcesInfo();
  const folder = file.replace(/\.mts$/, '');
  mkdirSync(folder);
  process.chdir(folder);
  await import(pathToFileURL(file).href).catch((error: unknown) => errors.push(inspect(error)));
  process.chdir(dirname(folder));
  return { file, lines, left: await leftBehind(before), error: errors.join('\n') };
}

async function leftBehind(before: readonly string[]): Promise<string[]> {
  let left = added(before);
  for (let waitedMs = 0; left.length > 0 && waitedMs < graceMs; waitedMs += 10) {
    await sleep(10);
    left = added(before);
  }
  return left;
}

function added(before: readonly string[]): string[] {
  const known = [...before];
  return process.getActiveResourcesInfo().filter((name) => {
    const at = known.indexOf(name);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

if (import.meta.main) {
  // What Node opens when it is first looked at was not left by a program.
  if (!process.stdout.writable || !process.stderr.writable) throw new Error('there is nowhere to write to');
  console.log = (...values: unknown[]) => lines.push(...format(...values).split('\n'));
  console.error = (...values: unknown[]) => errors.push(format(...values));
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (error: unknown) => errors.push(inspect(error)));
  for (const file of process.argv.slice(2)) process.send?.(await run(file));
  // A timer that one of them left must not keep the others from being told.
  process.exit();
}
