// A machine that is short of file descriptors: the run finds out what it may have, says so in one line,
// and no record pays for it.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../src/testing/until.ts';
import { compileOnce, startManyfetch } from '../cli/manyfetch.ts';
import { faultsOf, serve, type Row } from './run-against.ts';

const folder = mkdtempSync(join(tmpdir(), 'manyfetch-files-'));
const entry = join(import.meta.dirname, '../../bin/manyfetch.js');
afterAll(() => rmSync(folder, { recursive: true }));

/** The words of a run of so many records. */
function runOf(url: string, records: number, name: string, ...more: string[]): string[] {
  const input = join(folder, `${name}.txt`);
  writeFileSync(input, `${url}\n`.repeat(records));
  return ['run', input, '-o', join(folder, `${name}.jsonl`), '-c', '200', '--progress', 'lines', ...more];
}

function rowsOf(name: string): Row[] {
  const lines = readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

async function ended(child: ReturnType<typeof spawn>): Promise<{ code: number | null; stderr: string }> {
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  if (child.stderr === null || child.stdout === null) throw new Error('started without pipes');
  child.stdin?.end();
  child.stdout.resume();
  return { stderr: await text(child.stderr), code: await code };
}

/** Lines that say what is short, and what to do about it. */
function explanations(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.includes('ulimit -n'));
}

describe.skipIf(process.platform !== 'linux')('few file descriptors', () => {
  test.concurrent('from the start: no record fails, and one line says why there are fewer in flight', async () => {
    await using target = await serve();
    const run = runOf(`${target.url}/delay/0.02`, 30, 'start');
    const words = ['-c', 'ulimit -n 64; exec "$@"', 'bash', process.execPath, entry, ...run];
    const { code, stderr } = await ended(spawn('bash', words, { env: { ...process.env, ...compileOnce } }));
    expect([code, explanations(stderr)]).toEqual([0, [expect.stringMatching(/may open 64 files/u)]]);
    expect(rowsOf('start').filter(({ result, attempts }) => result !== 'ok' || attempts > 1)).toEqual([]);
    expect(target.stats()).toMatchObject({ completed: 30 });
    expect(target.stats().inFlight.maximum).toBeLessThan(64);
  });

  test.concurrent('in the middle of a run: it shrinks, and costs no attempt', async () => {
    await using target = await serve();
    // A connection each, so that descriptors are asked for all the time; and no second attempt for anybody.
    const child = startManyfetch(runOf(`${target.url}/close?ms=100`, 1500, 'middle', '--retries', '0'));
    const end = ended(child);
    await until(() => target.stats().total >= 20, 10_000);
    await ended(spawn('prlimit', ['--pid', String(child.pid), '--nofile=80:80']));
    const { code, stderr } = await end;
    // In each line that tells how far it is, and nowhere else.
    const lines = explanations(stderr);
    expect([code, lines.length > 0, lines.filter((line) => !line.includes('(EMFILE): at most '))]).toEqual([
      0,
      true,
      [],
    ]);
    expect(stderr).not.toMatch(/\n\s+at /u);
    expect(faultsOf(rowsOf('middle'))).toEqual([]);
    expect(target.stats().completed).toBe(1500);
  });
});
