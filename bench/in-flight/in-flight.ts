// What a request in flight costs in memory: the peak of a process that has 15,000 in flight at once, less
// what it had with 100, divided by the difference. For bare sockets (the floor), for our transports alone,
// and for the whole job, whose 100 are those of another run of the same input.

import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithUs } from '../end-with-us.ts';
import type { Figure } from '../figure.ts';
import { smallRecordsFile } from '../inputs.ts';
import { median } from '../median.ts';
import { libraryEnvironment, ourJob, removeRun } from '../our-command.ts';
import { programFile } from '../programs.ts';
import { runFolder } from '../work-folder.ts';
import { HeldTarget, memoryOf } from './held-target.ts';

const few = 100;
const goalKb = 8;

/** Bytes, of one round. */
interface Sizes {
  readonly withFew: number;
  /** The peak until all were in flight, and until all were answered. */
  readonly withMany: number;
  readonly answered: number;
}

/** Kilobytes a request in flight; `many` at once. */
export async function benchInFlight(many: number, rounds: number): Promise<readonly Figure[]> {
  const senders: readonly (readonly [string, number | null, () => Promise<Sizes>])[] = [
    ['bare sockets', null, () => ofSender('bare', many)],
    ['wire transport alone', goalKb, () => ofSender('wire', many)],
    ['undici transport alone', null, () => ofSender('undici', many)],
    ['the whole job', goalKb, () => ofJob(many)],
  ];
  const figures: Figure[] = [];
  for (const [name, goal, measureOnce] of senders) {
    const sizes: Sizes[] = [];
    let failure: string | null = null;
    for (let round = 1; round <= rounds && failure === null; round++) {
      process.stderr.write(`in-flight: round ${round}/${rounds}: ${name}\n`);
      try {
        sizes.push(await measureOnce());
      } catch (error) {
        failure = String(error).split('\n', 1)[0] ?? '';
      }
    }
    figures.push(figureOf(name, goal, many, sizes, failure));
  }
  return figures;
}

function figureOf(
  name: string,
  goal: number | null,
  many: number,
  sizes: readonly Sizes[],
  failure: string | null,
): Figure {
  const each = (end: 'withMany' | 'answered'): number | null =>
    median(sizes.map((size) => (size[end] - size.withFew) / (many - few) / 1024));
  const mb = (of: keyof Sizes): string => ((median(sizes.map((size) => size[of])) ?? 0) / 1e6).toFixed(0);
  const peaks = `${mb('withFew')} MB with ${few}, at most ${mb('withMany')} MB with ${many}, ${mb('answered')} MB when all were answered`;
  const value = failure === null ? each('withMany') : null;
  return { bench: 'in flight', name, value, unit: 'KB', goal, note: failure ?? peaks };
}

async function ofSender(kind: string, many: number): Promise<Sizes> {
  const target = await HeldTarget.start();
  const env = { ...process.env, ...libraryEnvironment() };
  const sender = fork(programFile('hold-requests.ts'), [target.url, kind], { env });
  endWithUs(sender);
  try {
    await ready(sender);
    sender.send(few);
    await target.holds(few, sender);
    const withFew = memoryOf(sender.pid).nowBytes;
    sender.send(many);
    await target.holds(many, sender);
    return { withFew, ...(await afterwards(target, sender)) };
  } finally {
    sender.kill('SIGKILL');
    await target.stop();
  }
}

async function ofJob(many: number): Promise<Sizes> {
  return {
    withFew: await ofRun(many, few, (_, child) => Promise.resolve(memoryOf(child.pid).nowBytes)),
    ...(await ofRun(many, many, afterwards)),
  };
}

/** A run over so many rows, looked at when so many are in flight. */
async function ofRun<T>(
  rows: number,
  concurrency: number,
  look: (target: HeldTarget, child: ChildProcess) => Promise<T>,
): Promise<T> {
  const target = await HeldTarget.start();
  const output = join(runFolder, 'in-flight.jsonl');
  removeRun(output);
  const job = ourJob(await smallRecordsFile(rows), output, target.url, concurrency);
  const child = spawn(job.program, [...job.args, '--timeout', '5m', '--connect-timeout', '1m'], { stdio: 'ignore' });
  endWithUs(child);
  try {
    await target.holds(concurrency, child);
    return await look(target, child);
  } finally {
    child.kill('SIGKILL');
    await target.stop();
    removeRun(output);
  }
}

/** The peak now, and at the end: looked at until the process is gone. */
async function afterwards(target: HeldTarget, child: ChildProcess): Promise<Omit<Sizes, 'withFew'>> {
  const withMany = memoryOf(child.pid).peakBytes;
  let answered = withMany;
  const timer = setInterval(() => (answered = Math.max(answered, memoryOf(child.pid).peakBytes || 0)), 5);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  target.release();
  const [code] = await ended;
  clearInterval(timer);
  if (code !== 0) throw new Error(`exit code ${code} after all were in flight`);
  return { withMany, answered };
}

async function ready(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`exit code ${code} at the start`)));
  await Promise.race([once(child, 'message'), ended]);
}
