// Workers that die, and tasks that must be stopped: whose tasks that costs, and whose not.

import { execFile, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ProcessPool, ThreadPool } from './index.ts';
import type { Executor } from './index.ts';
import { inheritedExecArgv } from './process-link.ts';

const module = new URL('../testing/worker-functions.ts', import.meta.url).href;

function die(pool: Executor, how: string) {
  return pool.submit(module, 'die', how).outcome();
}

function died(message: string) {
  return { state: 'failed', error: { code: 'worker_died', message: expect.stringContaining(message) } };
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn > 3000) throw new Error(`it never came true: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** One that has ended and that its new parent, the init of the system, has not looked at yet is none. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe.each([
  ['ThreadPool', ThreadPool, ['exit', 'throw', 'reject']],
  ['ProcessPool', ProcessPool, ['exit', 'throw', 'reject', 'kill']],
] as const)('%s', (_, Pool, ways) => {
  test('a worker that dies fails its own task, is replaced, and all others are done', async () => {
    await using pool = new Pool({ workers: 2 });
    const deaths = ways.map((how) => die(pool, how));
    const others = Array.from({ length: 30 }, (__, n) => pool.submit(module, 'square', n));
    const says = { exit: 'died: exit code 7', throw: 'JSON', reject: 'died: forgotten', kill: 'died: SIGKILL' };
    for (const [place, how] of ways.entries()) expect(await deaths[place]).toMatchObject(died(says[how]));
    expect(await Promise.all(others)).toEqual(others.map((__, n) => n * n));
    await pool.shutdown();
    expect(pool.statistics()).toMatchObject({ workers: 0, died: ways.length, failed: ways.length, done: 30 });
  });

  test('of many tasks in one worker, an error that nobody caught fails its own', async () => {
    await using pool = new Pool({ workers: 1, perWorker: 8 });
    await pool.submit(() => 1);
    const innocents = [1, 2, 3].map((n) => pool.submit(module, 'squareLater', n));
    expect(await die(pool, 'throw')).toMatchObject(died('JSON'));
    expect(await die(pool, 'reject')).toMatchObject(died('forgotten'));
    expect(await Promise.all(innocents)).toEqual([1, 4, 9]);
  });

  test('cancelled before it begins, while it listens, while it does not, while it cannot', async () => {
    await using pool = new Pool({ workers: 1, graceMs: 150 });
    await pool.submit(module, 'square', 1);
    const listens = pool.submit(module, 'patient');
    const queued = pool.submit(module, 'square', 1);
    queued.cancel();
    expect(queued.state).toBe('cancelled');
    await until(() => listens.state === 'running');
    listens.cancel();
    expect(await listens.outcome()).toMatchObject({ state: 'cancelled', reason: { code: 'cancelled' } });
    const unmoved = pool.submit(module, 'unmoved', 30);
    expect(await unmoved).toBe('was not told');
    expect(pool.statistics()).toMatchObject({ started: 1, died: 0 });
    const blocked = pool.submit(module, 'blocked');
    await until(() => blocked.state === 'running');
    const reason = new Error('enough');
    blocked.cancel(reason);
    expect(await blocked.outcome()).toEqual({ state: 'cancelled', reason });
    expect(await pool.submit(module, 'square', 3)).toBe(9);
    expect(pool.statistics()).toMatchObject({ started: 2, died: 0, cancelled: 3 });
  });

  test('one that does not stop does not take its neighbours along', async () => {
    await using pool = new Pool({ workers: 1, perWorker: 4, graceMs: 10 });
    await pool.submit(() => 1);
    const stubborn = pool.submit(() => new Promise(() => undefined));
    const innocent = pool.submit(module, 'unmoved', 120);
    await until(() => innocent.state === 'running');
    stubborn.cancel();
    expect(await innocent).toBe('was not told');
    expect((await stubborn.outcome()).state).toBe('cancelled');
  });

  test('shutdown with `cancel` stops what is at work; an aborted signal too', async () => {
    const pool = new Pool({ workers: 1 });
    const tasks = [pool.submit(module, 'patient'), pool.submit(module, 'square', 2)];
    await until(() => tasks[0]?.state === 'running');
    await pool.shutdown({ cancel: true });
    expect(tasks.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    const abort = new AbortController();
    const other = new Pool({ workers: 1, signal: abort.signal });
    const task = other.submit(module, 'patient');
    abort.abort(new Error('from outside'));
    await expect(other.shutdown()).rejects.toThrow('from outside');
    expect(task.state).toBe('cancelled');
  });
});

test('a thread that uses up its memory ends alone', async () => {
  await using pool = new ThreadPool({ workers: 1, maxMemoryMb: 24 });
  expect(await die(pool, 'memory')).toMatchObject(died('memory'));
  expect(await pool.submit(module, 'square', 3)).toBe(9);
});

const index = new URL('./index.ts', import.meta.url).href;

test('no process is left when the parent is killed, though it never pauses', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'manyfetch-executors-'));
  const program = join(folder, 'parent.mts');
  const signs = [join(folder, 'blocked'), join(folder, 'patient')];
  writeFileSync(
    program,
    `import { ProcessPool } from '${index}';
const pool = new ProcessPool({ workers: 2 });
pool.submit('${module}', 'blocked', '${signs[0]}');
pool.submit(async (path) => {
  process.getBuiltinModule('node:fs').writeFileSync(path, String(process.pid));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}, '${signs[1]}');`,
  );
  const parent = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await until(() => signs.every((sign) => existsSync(sign) && readFileSync(sign, 'utf8') !== ''));
  const pids = signs.map((sign) => Number(readFileSync(sign, 'utf8')));
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await until(() => !pids.some(isAlive));
  rmSync(folder, { recursive: true });
});

test('a pool that was forgotten does not keep the program alive, its tasks do, and what they import warns of nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'manyfetch-executors-'));
  const program = join(folder, 'forgetful.mts');
  writeFileSync(
    program,
    `import { ProcessPool, ThreadPool } from '${index}';
for (const Pool of [ThreadPool, ProcessPool]) {
  const pool = new Pool({ workers: 1 });
  const imports = pool.submit(async () => (await import('node:path')).basename('a/b'));
  imports.onDone(() => pool.submit('${module}', 'squareLater', 3).onDone(({ result }) => console.log(result)));
}`,
  );
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
  expect({ stdout, stderr }).toEqual({ stdout: '9\n9\n', stderr: '' });
  rmSync(folder, { recursive: true });
});

test('Ctrl-C is for the program: its processes finish what they do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'manyfetch-executors-'));
  const program = join(folder, 'interrupted.mts');
  writeFileSync(
    program,
    `import { ProcessPool } from '${index}';
process.on('SIGINT', () => console.log('told'));
await using pool = new ProcessPool({ workers: 1 });
await pool.submit(() => 1);
const task = pool.submit('${module}', 'unmoved', 200);
process.kill(0, 'SIGINT');
console.log(await task, pool.statistics().died);`,
  );
  // A group of its own, as a terminal gives to each command.
  const child = spawn(process.execPath, [program], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8')) printed += text;
  expect(printed).toBe('told\nwas not told 0\n');
  rmSync(folder, { recursive: true });
});

test('a program that was given as a text is not given to processes', () => {
  const code = ['--expose-gc', '--input-type=module', '-e', 'new ProcessPool()'];
  expect(inheritedExecArgv(code)).toEqual([]);
  expect(inheritedExecArgv(['-pe', '1'])).toEqual([]);
  expect(inheritedExecArgv(['--eval=1'])).toEqual([]);
  expect(inheritedExecArgv(['--expose-gc', '--inspect=0', '--import', './x.ts'])).toEqual([
    '--expose-gc',
    '--import',
    './x.ts',
  ]);
});
