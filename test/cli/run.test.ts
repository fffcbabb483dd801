// `manyfetch run` and what comes after it, as a user sees it: processes, files, signals, and a service
// that counts what it received.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTarget, type Target } from '../../src/target/start-target.ts';
import { manyfetch, startManyfetch } from './manyfetch.ts';

let target: Target;
let cwd: string;
const folders: string[] = [];

beforeAll(async () => {
  target = await startTarget();
});
afterAll(async () => {
  await target.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'manyfetch-run-'));
  folders.push(cwd);
  target.reset();
});

/** Writes an input of `{"n": 0}`, `{"n": 1}` ... */
function writeInput(count: number, name = 'in.jsonl'): void {
  writeFileSync(join(cwd, name), Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join(''));
}

function rowsOf(name = 'in.results.jsonl'): { index: number; result: string; status: number | null; body?: unknown }[] {
  const lines = readFileSync(join(cwd, name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { index: number; result: string; status: number | null });
}

test('a run, the same run again, and the proof', async () => {
  writeInput(20);
  const words = ['run', 'in.jsonl', '--url', `${target.url}/echo?n={{n}}`, '--record-as-json'];
  const first = await manyfetch(words, { cwd });
  expect([first.code, first.stdout]).toEqual([0, '']);
  expect(first.stderr).toContain('Finished 20 records in ');
  expect(first.stderr).toContain('Results: in.results.jsonl\n');
  expect(
    rowsOf()
      .map(({ index, result, status }) => [index, result, status])
      .toSorted(([a], [b]) => Number(a) - Number(b)),
  ).toEqual(Array.from({ length: 20 }, (_, index) => [index, 'ok', 200]));
  expect(target.stats().byMethod).toEqual({ POST: 20 });

  const again = await manyfetch(words, { cwd });
  expect([again.code, again.stdout]).toEqual([0, '']);
  expect(again.stderr).toContain('Nothing to do: every record has its result (20)');
  expect(target.stats().total).toBe(20);

  expect(await manyfetch(['verify', 'in.results.jsonl'], { cwd })).toEqual({
    code: 0,
    stdout: `Proved: every record of in.jsonl has exactly one result in in.results.jsonl\n  records  20\n  results  20: 20 ok, 0 failed, 0 unknown\n`,
    stderr: '',
  });
});

test('failures: exit code 1, and the records come out again as they went in', async () => {
  writeFileSync(join(cwd, 'in.csv'), 'code,note\n200,fine\n404,"gone, for good"\n201,fine\n410,gone\n');
  const run = await manyfetch(['run', 'in.csv', '--url', `${target.url}/status/{{code}}`, '-o', 'r.csv'], { cwd });
  expect(run.code).toBe(1);
  const failed = await manyfetch(['failed', 'r.csv'], { cwd });
  expect(failed).toEqual({
    code: 0,
    stdout: 'code,note\n404,"gone, for good"\n410,gone\n',
    stderr: 'Wrote 2 records.\n',
  });
  const none = await manyfetch(['failed', 'r.csv', '--only', 'timeout'], { cwd });
  const allOk = await manyfetch(
    ['run', 'in.csv', '--url', `${target.url}/hello/a`, '-q', '-o', 'ok.csv', '--limit', '2'],
    { cwd },
  );
  expect(allOk.code).toBe(0);
  expect((await manyfetch(['failed', 'ok.csv'], { cwd })).stderr).toBe(
    'There is nothing to run again: every result is ok.\n',
  );
  expect((await manyfetch(['verify', 'ok.csv'], { cwd })).stdout).toMatch(
    /^Proved: every record of in\.csv with --limit 2 has exactly one result in ok\.csv\n/u,
  );
  expect([none.code, none.stderr]).toEqual([0, 'There is nothing to run again: no such record.\n']);
  expect((await manyfetch(['verify', 'r.csv'], { cwd })).code).toBe(0);
});

test('verify finds what is missing, doubled and broken', async () => {
  writeInput(5);
  await manyfetch(['run', 'in.jsonl', '--url', `${target.url}/hello/{{n}}`, '-q', '-c1'], { cwd });
  const path = join(cwd, 'in.results.jsonl');
  const [first, second, , ...rest] = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, `${[first, first, second, ...rest].join('\n')}\n{"index":\n`);
  const { code, stdout } = await manyfetch(['verify', 'in.results.jsonl'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain('Not proved: in.results.jsonl does not match in.jsonl\n');
  expect(stdout).toContain('  missing  1 record without a result: index 2\n');
  expect(stdout).toContain('  doubled  1 result too many: index 0\n');
  expect(stdout).toContain('  broken   1 line that cannot be read\n             line 6: ');
});

test('a summary for programs goes to stdout, and to stderr when results go to stdout', async () => {
  writeInput(3);
  const words = ['run', 'in.jsonl', '--url', `${target.url}/hello/{{n}}`, '--summary', 'json', '-q'];
  const toFile = await manyfetch(words, { cwd });
  expect([toFile.code, toFile.stderr]).toEqual([0, '']);
  expect(JSON.parse(toFile.stdout)).toMatchObject({ ending: 'finished', records: 3, results: { ok: 3 }, resume: null });
  const toStdout = await manyfetch([...words, '-o', '-'], { cwd });
  expect(toStdout.stdout.trimEnd().split('\n')).toHaveLength(3);
  expect(JSON.parse(toStdout.stderr)).toMatchObject({ ending: 'finished', output: '-' });
});

test('quiet is quiet, and standard input is an input', async () => {
  const end = await manyfetch(['run', '-', '-o', '-', '-q'], { cwd, input: `{"url":"${target.url}/hello/a"}\n` });
  expect([end.code, end.stderr]).toEqual([0, '']);
  expect(JSON.parse(end.stdout)).toMatchObject({ index: 0, result: 'ok', status: 200 });
});

test('a run from a pipe that stays open ends all the same', async () => {
  const child = startManyfetch(['run', '-', '-o', '-', '-q', '--limit', '1'], { cwd });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.write(`{"url":"${target.url}/hello/a"}\n{"url":"${target.url}/hello/b"}\n`);
  const [code, stdout] = await Promise.all([ended, text(child.stdout)]);
  expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
});

test('a dry run shows requests with secrets masked, and sends nothing', async () => {
  writeInput(30);
  const words = ['run', 'in.jsonl', '--url', `${target.url}/hello/{{n}}`, '--bearer', '{{$env.TOKEN}}'];
  const { code, stdout, stderr } = await manyfetch([...words, '--dry-run', '2'], { cwd, env: { TOKEN: 'hush' } });
  expect([code, stderr, target.stats().total]).toEqual([0, '', 0]);
  expect(stdout).toMatch(/GET \/hello\/0 [\s\S]*GET \/hello\/1 /u);
  expect(stdout).not.toMatch(/hello\/2|hush/u);
});

test('credentials come from a file, and are nowhere to be read afterwards', async () => {
  writeInput(2);
  writeFileSync(join(cwd, 'token.txt'), 'hush\n');
  const run = (path: string) =>
    manyfetch(
      ['run', 'in.jsonl', '--url', `${target.url}${path}`, '-o', 'r.jsonl', '--fresh', '--bearer', '@token.txt'],
      {
        cwd,
      },
    );
  expect((await run('/auth/bearer/hush?n={{n}}')).code).toBe(0);
  const { code, stderr } = await run('/echo?n={{n}}');
  expect(code).toBe(0);
  const written = ['r.jsonl', 'r.jsonl.run'].map((name) => readFileSync(join(cwd, name), 'utf8')).join('');
  expect(written).toContain('Bearer ***');
  expect(written + stderr).not.toContain('hush');
});

/** Starts a run, and sends a signal as soon as the service has received `requests`. */
async function interrupted(words: readonly string[], requests: number, signals: readonly NodeJS.Signals[]) {
  const child = startManyfetch(words, { cwd });
  child.stdin.end();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await expect.poll(() => target.stats().total, { timeout: 10_000 }).toBeGreaterThanOrEqual(requests);
  for (const [at, signal] of signals.entries()) {
    // Two signals within 200 ms count as one.
    if (at > 0) await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill(signal);
  }
  const [stderr, code] = await Promise.all([text(child.stderr), ended, text(child.stdout)]);
  return { code, stderr };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s: what is in flight finishes, and the command that is printed goes on',
  async (signal) => {
    writeInput(40);
    const words = ['run', 'in.jsonl', '--url', `${target.url}/delay/0.1?n={{n}}`, '-c', '4'];
    const { code, stderr } = await interrupted(words, 6, [signal]);
    expect(code).toBe(3);
    const printed = `manyfetch run in.jsonl --url '${target.url}/delay/0.1?n={{n}}' --concurrency 4`;
    expect(stderr).toContain(`Go on where it stopped:\n  ${printed}\n`);
    const settled = rowsOf().length;
    expect(settled).toBe(target.stats().total);
    expect(settled).toBeLessThan(40);

    const resumed = await manyfetch(words, { cwd });
    expect(resumed.code).toBe(0);
    expect(target.stats().total).toBe(40);
    expect(new Set(rowsOf().map(({ index }) => index)).size).toBe(40);
    expect((await manyfetch(['verify', 'in.results.jsonl'], { cwd })).code).toBe(0);
  },
);

test('a second Ctrl-C does not wait', async () => {
  writeInput(4);
  const words = ['run', 'in.jsonl', '--url', `${target.url}/silent?n={{n}}`, '-c', '4', '--grace', '1h'];
  const { code, stderr } = await interrupted(words, 4, ['SIGINT', 'SIGINT']);
  expect(code).toBe(3);
  expect(stderr).toContain('Go on where it stopped:\n');
});

test('an input that is not there is named before anything happens', async () => {
  const { code, stderr } = await manyfetch(['run', 'nowhere.jsonl'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^manyfetch: .*nowhere\.jsonl/u);
});
