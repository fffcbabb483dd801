// What tests have workers do: functions that fail, wait, block or die as they are told. It is loaded by the workers themselves.

import { writeFileSync } from 'node:fs';
import { sleep } from '../concurrency/sleep.ts';
import { taskSignal, ThreadPool, transfer } from '../executors/index.ts';

let count = 0;
let greeting = '';

export function prepare(text: string): void {
  greeting = text;
}

export function greet(name: string): string {
  return `${greeting}, ${name}`;
}

/** How often this worker was asked, and who it is. */
export function counted(): string {
  return `${process.pid}/${process.env['WORKER'] ?? ''}/${++count}`;
}

export async function patient(): Promise<never> {
  await sleep(60_000, { signal: taskSignal() });
  throw new Error('nobody stopped it');
}

/** Tells that it was told to stop, and goes on to its end. */
export async function unmoved(ms: number): Promise<string> {
  await sleep(ms);
  return taskSignal().aborted ? 'was told, and had its way' : 'was not told';
}

/** Says by a file that it has begun, then never pauses. */
export function blocked(sign?: string): void {
  if (sign !== undefined) writeFileSync(sign, String(process.pid));
  for (;;);
}

export async function die(how: 'exit' | 'kill' | 'throw' | 'reject' | 'memory'): Promise<void> {
  if (how === 'exit') process.exit(7);
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  if (how === 'throw') setImmediate(() => JSON.parse('{'));
  if (how === 'reject') void Promise.reject(new RangeError('forgotten'));
  const kept: unknown[] = [];
  if (how === 'memory') for (;;) kept.push(Array.from({ length: 1000 }, () => how.repeat(2)));
  await sleep(60_000);
}

export function square(n: number): number {
  if (n < 0) throw Object.assign(new RangeError(`no square of ${n}`, { cause: 'a test' }), { code: 'NEGATIVE' });
  return n * n;
}

export async function squareLater(n: number): Promise<number> {
  await sleep(20);
  return n * n;
}

let present = 0;
let most = 0;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

/** Waits until so many calls have been in this worker at the same time. Tells how many there were at most. */
export async function meet(many: number): Promise<number> {
  most = Math.max(most, ++present);
  await until(() => most >= many);
  present--;
  return most;
}

export function reversed(bytes: Uint8Array<ArrayBuffer>) {
  return transfer(bytes.toReversed());
}

/** Never starts a thread: that would only be done for a task. */
export function nest(): string {
  return typeof new ThreadPool({ workers: 1 });
}

export default function answer(): number {
  return 42;
}
