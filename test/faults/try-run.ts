// Runs the main job from code on records given as objects, and gives back all that it left behind.
// Every run is held to the promise: exactly one line for each record, whatever the servers did.

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchOptions } from '../../src/batch/options/batch-options.ts';
import { startBatch } from '../../src/batch/run-batch.ts';
import { verifyResults } from '../../src/batch/verify.ts';
import { drawBlock } from '../../src/report/draw-block.ts';
import { renderSummary, summaryJson } from '../../src/report/summary.ts';
import type { Statistics } from '../../src/report/statistics.ts';

/** A line of the results. */
export interface Row {
  readonly index: number;
  readonly result: 'ok' | 'failed' | 'unknown';
  readonly status: number | null;
  readonly attempts: number;
  readonly ms: number | null;
  readonly url: string | null;
  readonly finalUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodyBase64?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface TriedRun {
  /** In the order of the input. */
  readonly rows: readonly Row[];
  readonly statistics: Statistics;
  /** All that a user or another program may come to see: files, display, summaries. */
  readonly traces: string;
}

/** Given as they are, without what a test does not care about. */
export type RunOptions = Partial<Omit<BatchOptions, 'input' | 'output'>>;

/** Runs records to the end. Retries do not wait, so that a test need not. */
export async function tryRun(
  records: readonly object[],
  options: RunOptions = {},
  env: Readonly<Record<string, string>> = {},
): Promise<TriedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'manyfetch-faults-'));
  try {
    const input = join(folder, 'in.jsonl');
    const output = join(folder, 'out.jsonl');
    writeFileSync(input, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const run = await startBatch({ input, output, ...options }, { env, random: () => 0 });
    const { kind, summary, error } = await run.done;
    if (kind !== 'finished' || error !== null) throw new Error(`the run ended as ${kind}`, { cause: error });
    const proof = await verifyResults(output);
    if (!proof.ok || proof.records !== records.length) throw new Error(`not one result each: ${JSON.stringify(proof)}`);
    const rows = readFileSync(output, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    const files = readdirSync(folder).filter((name) => name !== 'in.jsonl');
    const canvas = { columns: 200, color: false };
    const traces = [
      ...files.map((name) => readFileSync(join(folder, name), 'utf8')),
      ...run.description,
      renderSummary(summary, canvas),
      JSON.stringify(summaryJson(summary)),
      ...drawBlock(run.snapshot(), canvas),
    ].join('\n');
    return { rows: rows.toSorted((a, b) => a.index - b.index), statistics: summary.statistics, traces };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A row in short: `ok 200 x1`, `failed timeout x4`. */
export function storyOf({ result, status, attempts, error }: Row): string {
  return `${result} ${error === undefined || error.code === 'http_status' ? status : error.code} x${attempts}`;
}
