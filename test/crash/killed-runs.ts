// Runs the real command over and over, kills it at random moments, and resumes it until it finishes.
// Gives back what the results say and what the service received, for a test to compare.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { seededRandom } from '../../src/concurrency/random.ts';
import { startTarget } from '../../src/target/start-target.ts';
import type { TargetStatistics } from '../../src/target/counters.ts';
import { startManyfetch } from '../cli/manyfetch.ts';

export interface KillPlan {
  readonly records: number;
  readonly kills: number;
  readonly delivery: 'at-least-once' | 'at-most-once';
  readonly method: 'POST' | 'PUT';
  /** Of the moments at which processes are killed. */
  readonly seed: number;
  readonly options?: readonly string[];
  /** Resolves when a process is to be killed. @default at a random moment of its start or of its work */
  readonly killWhen?: () => Promise<void>;
  /** Looks at the results as a killed process left them. */
  readonly onKill?: (output: string) => Promise<void>;
}

export interface ResultRow {
  readonly index: number;
  readonly result: 'ok' | 'failed' | 'unknown';
  readonly status: number | null;
  readonly attempts: number;
}

export interface KilledRun {
  readonly kills: number;
  /** Lines of the results, each parsed; parsing throws if one is not whole. */
  readonly rows: readonly ResultRow[];
  readonly lastExitCode: number | null;
  readonly stats: TargetStatistics;
  readonly verified: number | null;
}

export const inFlight = 100;
/** Latency of the service: with so many in flight a run lasts long enough to be killed many times, on any machine. */
const latencyMs = 50;
/** Share of its answers, in percent, that are a 500, a 503 or a reset. */
const flaky = 10;

/** Kills a run `kills` times, lets it finish, and collects what came of it. */
export async function killAndResume(plan: KillPlan): Promise<KilledRun> {
  const folder = await mkdtemp(join(tmpdir(), 'manyfetch-kill-'));
  const target = await startTarget({ seed: plan.seed });
  const random = seededRandom(plan.seed);
  try {
    const input = join(folder, 'in.jsonl');
    const output = join(folder, 'out.jsonl');
    await writeFile(input, Array.from({ length: plan.records }, (_, i) => `{"n":${i % 1000}}\n`).join(''));
    const url = `${target.url}/flaky/${flaky}?ms=${latencyMs}`;
    const request = ['--url', url, '--method', plan.method, '--record-as-json', '--header', 'X-Record: {{$index}}'];
    const sending = ['-c', String(inFlight), '--retries', '5', '--delivery', plan.delivery, '--progress', 'none'];
    const words = ['run', input, '-o', output].concat(request, sending, plan.options ?? []);
    let kills = 0;
    let lastExitCode: number | null = null;
    for (;;) {
      const child = startManyfetch(words);
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      child.stdout.resume();
      child.stderr.resume();
      if (kills === plan.kills) {
        lastExitCode = await ended;
        break;
      }
      const killed = plan.killWhen?.() ?? sleep(killAfterMs(random));
      const isEarly = await Promise.race([ended.then(() => true), killed.then(() => false)]);
      if (isEarly) throw new Error(`the run finished after ${kills} kills: it is too short for this test`);
      child.kill('SIGKILL');
      await ended;
      kills++;
      await plan.onKill?.(output);
    }
    const text = await readFile(output, 'utf8');
    if (!text.endsWith('\n')) throw new Error('the last line is not whole');
    const rows = text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow);
    const verify = startManyfetch(['verify', output]);
    const verified = await new Promise<number | null>((resolve) => verify.once('close', resolve));
    return { kills, rows, lastExitCode, stats: target.stats({ records: 'all' }), verified };
  } finally {
    await target.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One in four is killed while it starts; the others when they are at work. */
function killAfterMs(random: () => number): number {
  return random() < 0.25 ? random() * 200 : 200 + random() * 200;
}

/** Every record from 0 on has exactly one row, and `verify` says so. */
export function expectOneResultEach(run: KilledRun, records: number): void {
  expect(run.rows).toHaveLength(records);
  expect(new Set(run.rows.map((row) => row.index)).size).toBe(records);
  expect(run.rows.reduce((most, row) => Math.max(most, row.index), 0)).toBe(records - 1);
  expect(run.verified).toBe(0);
}

/** How often the service received a record. */
export function timesSeen(run: KilledRun, index: number, method: string): number {
  return run.stats.byRecord?.[String(index)]?.[method] ?? 0;
}
