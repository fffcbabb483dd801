// Runs one program to its end and says what it took: time, CPU of all its threads and children, peak
// memory. CPU and memory are the kernel's, told by GNU time; without it they are null.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from './end-with-us.ts';
import { findProgram } from './find-program.ts';
import { runFolder } from './work-folder.ts';

/** A program with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its output goes. @default nowhere */
  readonly stdout?: 'collect' | '/dev/null';
}

/** What one run took. */
export interface Measured {
  readonly exitCode: number | null;
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly peakBytes: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const gnuTime = findProgram('time');

/** Runs a command to its end. */
export async function measure(command: Command): Promise<Measured> {
  const report = join(runFolder, 'time.txt');
  const [program, args] =
    gnuTime === null
      ? [command.program, command.args]
      : [gnuTime, ['-q', '-f', '%U %S %M', '-o', report, command.program, ...command.args]];
  // A real /dev/null opened for writing: what is measured is the program's own write calls.
  const nowhere = openSync('/dev/null', 'w');
  const begin = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', command.stdout === 'collect' ? 'pipe' : nowhere, 'pipe'],
    env: { ...process.env, ...command.env },
  });
  endWithUs(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let endedMs = 0;
  child.on('exit', () => (endedMs = performance.now()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  closeSync(nowhere);
  return { exitCode, wallMs: endedMs - begin, ...kernelFigures(report), stdout, stderr };
}

function kernelFigures(report: string): Pick<Measured, 'cpuMs' | 'peakBytes'> {
  if (gnuTime === null) return { cpuMs: null, peakBytes: null };
  const [user, system, peakKiB] = readFileSync(report, 'utf8').trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  if (user === undefined || system === undefined || peakKiB === undefined) return { cpuMs: null, peakBytes: null };
  return { cpuMs: (user + system) * 1000, peakBytes: peakKiB * 1024 };
}
