// `--on-result` as users of the command see it: processes, files, exit codes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTarget, type Target } from '../../src/target/start-target.ts';
import { manyfetch, startManyfetch } from './manyfetch.ts';

let target: Target;
const cwd = mkdtempSync(join(tmpdir(), 'manyfetch-hooks-'));

beforeAll(async () => {
  target = await startTarget();
  writeFileSync(join(cwd, 'in.jsonl'), Array.from({ length: 6 }, (_, n) => `{"n":${n}}\n`).join(''));
  writeFileSync(
    join(cwd, 'hook.ts'),
    `setInterval(() => undefined, 1000); // As an open connection does, it would keep a process alive.
    export default ({ n }: { n: number }) => {
      if (n === 2) throw new Error('no database');
      return { double: n * 2 };
    };`,
  );
});
afterAll(async () => {
  await target.close();
  rmSync(cwd, { recursive: true });
});

const words = (): string[] => ['run', 'in.jsonl', '--url', `${target.url}/echo?{{n}}`, '--on-result', 'hook.ts', '-q'];

test('what a hook throws fails its record; what was answered need not be sent again', async () => {
  const run = await manyfetch([...words(), '-o', 'a.jsonl'], { cwd });
  expect([run.code, run.stdout]).toEqual([1, '']);
  const lines = readFileSync(join(cwd, 'a.jsonl'), 'utf8').trimEnd().split('\n');
  const found = lines.map(
    (line) => JSON.parse(line) as { index: number; extracted?: unknown; error?: { code: string } },
  );
  expect(found.find(({ index }) => index === 5)?.extracted).toEqual({ double: 10 });
  expect(found.find(({ index }) => index === 2)).toMatchObject({ status: 200, error: { code: 'callback_error' } });
  expect((await manyfetch(['verify', 'a.jsonl'], { cwd })).code).toBe(0);
  expect((await manyfetch(['failed', 'a.jsonl'], { cwd })).stdout).toBe('{"n":2}\n');
  const rest = await manyfetch(['failed', 'a.jsonl', '--except', 'callback_error'], { cwd });
  expect(rest).toEqual({ code: 0, stdout: '', stderr: 'There is nothing to run again: no such record.\n' });
});

test('threads do the same, and CSV has a column for it', async () => {
  const run = await manyfetch([...words(), '-o', 'b.csv', '--hook-threads', '2', '--body', 'none'], { cwd });
  expect(run).toEqual({ code: 1, stdout: '', stderr: '' });
  const [header = '', ...rows] = readFileSync(join(cwd, 'b.csv'), 'utf8').trimEnd().split('\n');
  expect(header.split(',').at(-1)).toBe('extracted');
  expect(rows.find((row) => row.startsWith('5,'))).toMatch(/,"\{""double"":10\}"$/);
});

test('a dry run loads it, and does not call it', async () => {
  const { code, stdout } = await manyfetch([...words(), '--dry-run'], { cwd });
  expect([code, stdout.match(/^# record/gm)?.length]).toEqual([0, 6]);
});

test.each([
  [['--on-result', 'none.ts'], '/none.ts\n  hint: Check the path.'],
  [['--on-result', 'none.ts', '--dry-run'], '/none.ts\n  hint: Check the path.'],
  [['--hook-threads', '2'], '`--hook-threads` was given without `--on-result`'],
  [
    ['--on-result', 'hook.ts', '--hook-concurrency', '0'],
    'Expected `--hook-concurrency` to be a whole number from 1 up, got 0',
  ],
])('refused before anything is sent: %j', async (wrong, message) => {
  target.reset();
  const { code, stderr } = await manyfetch(['run', 'in.jsonl', '--url', target.url, '-o', 'c.jsonl', ...wrong], {
    cwd,
  });
  expect([code, target.stats().total]).toEqual([2, 0]);
  expect(stderr).toContain(message);
});

test('hooks that do not end are given up by a second Ctrl-C; what was answered is recorded', async () => {
  target.reset();
  writeFileSync(join(cwd, 'hangs.mjs'), 'export default () => new Promise(() => undefined);');
  const url = `${target.url}/echo?{{n}}`;
  const given = ['run', 'in.jsonl', '--url', url, '-o', 'd.jsonl', '--on-result', 'hangs.mjs', '--grace', '1h'];
  const child = startManyfetch([...given, '--progress', 'lines'], { cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const said = text(child.stderr);
  child.stdout.resume();
  while (target.stats().total < 6) await sleep(10);
  await sleep(100);
  for (let signal = 0; signal < 2; signal++) {
    child.kill('SIGINT');
    await sleep(300);
  }
  // Every record has its result.
  expect(await ended).toBe(1);
  expect(await said).toContain('Finished 6 records');
  const lines = readFileSync(join(cwd, 'd.jsonl'), 'utf8').trimEnd().split('\n');
  for (const line of lines)
    expect(line).toContain('"error":{"code":"callback_error","message":"the hook had not ended when');
  expect(lines).toHaveLength(6);
});

test('a hook that ends the process ends the run as a crash does, and never as a success', async () => {
  writeFileSync(join(cwd, 'leaves.ts'), 'export default ({ n }: { n: number }) => n === 3 && process.exit(0);');
  const options = ['run', 'in.jsonl', '--url', `${target.url}/echo?{{n}}`, '-q', '-c', '1', '-o', 'e.jsonl'];
  const { code, stderr } = await manyfetch([...options, '--on-result', 'leaves.ts'], { cwd });
  expect([code, stderr.split('\n')[0]]).toEqual([
    3,
    'manyfetch: The process was ended before the run was, most likely by process.exit in leaves.ts',
  ]);
  expect(stderr).toContain('to go on: manyfetch run in.jsonl ');
  expect((await manyfetch(options, { cwd })).code).toBe(0);
});

test.each([
  ['--on-result', 'careless.ts', 'undefined'],
  ['--map', 'careless-map.ts', "{ url: '/echo' }"],
])(
  'what a module throws outside of its calls stops the run, and is said to be its own: %s',
  async (option, module, returned) => {
    const code = `export default ({ n }: { n: number }) => (n === 3 && void Promise.reject(new Error('no database')), ${returned});`;
    writeFileSync(join(cwd, module), code);
    const url = option === '--map' ? ['--base-url', target.url] : ['--url', `${target.url}/echo?{{n}}`];
    const run = await manyfetch(['run', 'in.jsonl', ...url, '-q', option, module, '-o', `f${option}.jsonl`], { cwd });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(
      /^manyfetch: an error .* most likely careless(?:-map)?\.ts threw it, outside of its calls\n +Error: no data/,
    );
  },
);

test.each(['', '--hook-threads=1'])('what a hook prints does not come between the results %s', async (where) => {
  writeFileSync(join(cwd, 'prints.ts'), 'export default ({ n }: { n: number }) => console.log(`n is ${n}`);');
  const run = await manyfetch([...words(), '--on-result', 'prints.ts', '-o', '-', ...(where === '' ? [] : [where])], {
    cwd,
  });
  const lines = run.stdout.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { result: string }).result)).toEqual(Array(6).fill('ok'));
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(6);
});
