// The contract of who is compared, and how it is told what a peer needs.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastTarget } from '../fast-target.ts';
import { findProgram } from '../find-program.ts';
import { ordersFile } from '../inputs.ts';
import type { Command } from '../measure.ts';
import { programFile } from '../programs.ts';
import { runFolder, workFolder } from '../work-folder.ts';

/** Requests in flight, the same for everyone. */
export const inFlight = 64;

/** One competitor, ourselves among them. */
export interface Peer {
  readonly name: string;
  readonly does: string;
  /** The share of the rows that it is given: rates are compared, and start-up stays a small part of every run. */
  readonly share: number;
  /** What ours is to be against it, as a ratio of rates: at least. */
  readonly goal: number | null;
  /** Why it cannot take part; null if it can. */
  missing(): string | null;
  /** What to run for so many rows; called anew for each round. */
  command(target: FastTarget, rows: number): Promise<Command>;
  /** The results that it writes, one line a row; null if it writes none. */
  readonly output: string | null;
  /** It knows a duration and no count, so that what it sent is whatever the target has counted. */
  readonly byDuration?: true;
}

/** Debian's, which sees Debian's modules. */
export const systemPython = '/usr/bin/python3';

/** Why a program cannot be run. */
export function needs(program: string): string | null {
  return findProgram(program) === null ? `${program} is not installed` : null;
}

/** Why a program in Python cannot be run. */
export function pythonNeeds(...modules: string[]): string | null {
  const found = spawnSync(systemPython, ['-c', `import ${modules.join(', ')}`]);
  return found.status === 0 ? null : `${systemPython} has no ${modules.join(' or ')}`;
}

/** Why a program of a package that is no dependency of ours cannot be run. */
export function packageNeeds(name: string): string | null {
  return existsSync(join(workFolder, 'peers/node_modules', name)) ? null : `${name} is not installed`;
}

/** The first row of the input as a file, for those that send one and the same. */
export async function firstOrder(rows: number): Promise<string> {
  const path = join(runFolder, 'first-order.json');
  const text = readFileSync(await ordersFile(rows), 'utf8');
  writeFileSync(path, text.slice(0, text.indexOf('\n')));
  return path;
}

/** `wrk` with one thread; for about as long as a hundred thousand a second would take. */
export async function wrk(url: string, rows: number, script: string): Promise<Command> {
  const seconds = Math.max(1, Math.round(rows / 100_000));
  const args = ['-t1', `-c${inFlight}`, `-d${seconds}s`, '-s', programFile(script), url];
  return { program: 'wrk', args, env: { BODY_FILE: await firstOrder(rows) } };
}
