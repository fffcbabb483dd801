// Sends requests to stand-in services with the main job, as a program would, and gives back what came of
// each. What the services received they count themselves: what a test believes about a rate or a limit
// comes from there. Compare numbers of one run, or of runs side by side; times alone say what the machine had to do.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatch, type BatchOutcome, type RunBatchOptions } from '../../src/client/run-batch.ts';
import { startTarget, type Target } from '../../src/target/start-target.ts';

/** What is looked at of a row of the results. */
export interface Row {
  readonly index: number;
  readonly result: string;
  readonly attempts: number;
  readonly ms: number;
  readonly waitMs: number;
  readonly at: string;
  readonly url: string;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface RunAgainst {
  readonly outcome: BatchOutcome;
  /** In the order in which they were settled. */
  readonly rows: readonly Row[];
  readonly elapsedMs: number;
}

/** Sends a GET to each URL, in this order. */
export async function runAgainst(
  urls: readonly string[],
  options: Omit<RunBatchOptions, 'input' | 'output'> = {},
): Promise<RunAgainst> {
  const folder = await mkdtemp(join(tmpdir(), 'manyfetch-governor-'));
  try {
    const [input, output] = [join(folder, 'in.txt'), join(folder, 'out.jsonl')];
    await writeFile(input, urls.join('\n'));
    const startedMs = performance.now();
    const outcome = await runBatch({ ...options, input, output });
    const elapsedMs = performance.now() - startedMs;
    const lines = (await readFile(output, 'utf8')).trimEnd().split('\n');
    return { outcome, rows: lines.map((line) => JSON.parse(line) as Row), elapsedMs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A stand-in service that lasts as long as the block that started it. */
export async function serve(): Promise<Target & AsyncDisposable> {
  const target = await startTarget();
  return { ...target, [Symbol.asyncDispose]: () => target.close() };
}

/** The same URL so many times. */
export function times(count: number, url: string): string[] {
  return Array.from({ length: count }, () => url);
}

/** What is wrong with rows that are not ok, to be held against nothing. */
export function faultsOf(rows: readonly Row[]): string[] {
  return rows.filter(({ result }) => result !== 'ok').map((row) => `${row.index}: ${row.error?.message}`);
}

/** The middle one of the times that attempts took. */
export function medianMs(rows: readonly Row[]): number {
  return rows.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(rows.length / 2)] ?? Number.NaN;
}
