// Runs with a hook are killed with SIGKILL at random moments and resumed: the hook has seen every record, and never again one
// whose line was written.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectOneResultEach, killAndResume, type ResultRow } from './killed-runs.ts';

const records = 1_800;
const kills = 2;
/** So much more is seen by the hook before the next process is killed. */
const step = 500;

test.concurrent.each([['in the process', []] as const, ['in threads', ['--hook-threads', '2']] as const])(
  '%s',
  async (_, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'manyfetch-kill-hooks-'));
    const seen = join(folder, 'seen');
    const hook = join(folder, 'hook.mjs');
    writeFileSync(
      hook,
      `import { appendFileSync } from 'node:fs';
    export default async (record, { index }) => {
      appendFileSync(${JSON.stringify(seen)}, index + '\\n');
      await new Promise((resolve) => setTimeout(resolve, index % 10));
      return { index };
    };`,
    );
    const seenIndexes = (): number[] =>
      existsSync(seen) ? readFileSync(seen, 'utf8').split('\n').slice(0, -1).map(Number) : [];
    /** What was written when a process was killed, and how much had been seen until then. */
    const left: { written: number[]; seen: number }[] = [];
    const onKill = async (output: string): Promise<void> => {
      const lines = existsSync(output) ? (await readFile(output, 'utf8')).split('\n').slice(0, -1) : [];
      const written = lines.map((line) => (JSON.parse(line) as ResultRow).index);
      left.push({ written, seen: seenIndexes().length });
    };
    const killWhen = async (): Promise<void> => {
      while (existsSync(folder) && seenIndexes().length < (left.length + 1) * step) await sleep(5);
    };
    try {
      const run = await killAndResume({
        records,
        kills,
        delivery: 'at-least-once',
        method: 'PUT',
        seed: 13,
        options: ['--on-result', hook, '--hook-concurrency', '64', ...options],
        killWhen,
        onKill,
      });
      expectOneResultEach(run, records);
      const all = seenIndexes();
      expect(new Set(all).size).toBe(records);
      for (const { written, seen: until } of left) {
        const later = new Set(all.slice(until));
        expect(written.filter((index) => later.has(index))).toEqual([]);
      }
      // The test would say nothing if nobody had been killed at work, with hooks under way.
      expect(left.every(({ written }) => written.length > 0)).toBe(true);
      expect(all.length).toBeGreaterThan(records);
      const extracted = run.rows.filter(
        (row) => (row as { extracted?: { index: number } }).extracted?.index === row.index,
      );
      expect(extracted).toHaveLength(records);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
