// Both ends over a real lock and a real socket, and every way in which there is nobody to talk to.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { lockPathOf, takeRunLock } from '../journal/run-lock.ts';
import { NotingRun, runStatus } from '../testing/controlled-run.ts';
import { connectControl } from './connect-control.ts';
import { startControl } from './start-control.ts';

let folder = '';
let results = '';
const { TMPDIR } = process.env;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-control-'));
  results = join(folder, 'out.jsonl');
  mkdirSync(join(folder, 'tmp'));
  process.env['TMPDIR'] = join(folder, 'tmp');
});

afterEach(() => {
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
  rmSync(folder, { recursive: true });
});

/** A run of these results that can be controlled, until it is ended. */
async function startRun() {
  const run = new NotingRun();
  const lock = await takeRunLock(lockPathOf(results), 'a');
  const control = await startControl(() => run, lock);
  const end = async (): Promise<void> => {
    await control.close();
    await lock.release();
  };
  return { run, lock, control, end, socket: socketNow() };
}

function socketNow(): string {
  return String((JSON.parse(readFileSync(lockPathOf(results), 'utf8')) as { control: unknown }).control);
}

async function refusal(): Promise<unknown[]> {
  const error = await connectControl(results).then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof UsageError ? [error.code, error.message.replaceAll(results, 'out'), error.hint] : [error];
}

function writeLock(changes: object): void {
  const owner = { pid: process.pid, host: hostname(), startedAt: null, token: 'x' };
  writeFileSync(lockPathOf(results), JSON.stringify({ ...owner, ...changes }));
}

test('what is asked for reaches the run, and its status comes back', async () => {
  const { run, control, end } = await startRun();
  expect(control.problem).toBe(null);
  const client = await connectControl(results);
  expect(run.calls).toEqual([]);
  expect(await client.status()).toEqual(runStatus());
  expect(await client.pause()).toMatchObject({ state: 'paused' });
  expect(await client.resume()).toMatchObject({ state: 'running' });
  expect(await client.set({ concurrency: 9 })).toMatchObject({ concurrency: 9 });
  await expect(client.set({ concurrency: 0 })).rejects.toMatchObject({ code: 'bad_option', hint: 'write 1' });
  expect(await client.drain()).toMatchObject({ state: 'draining' });
  expect(run.calls).toEqual(['pause', 'resume', { concurrency: 9 }, 'drain']);
  await end();
  await expect(client.status()).rejects.toMatchObject({ code: 'no_control' });
});

test('a status of many origins comes through whole', async () => {
  const { run, end } = await startRun();
  const long = runStatus({
    origins: Array.from({ length: 50 }, () => runStatus().origins[0] ?? fail()),
    local: 'ä'.repeat(300_000),
  });
  run.current = long;
  expect(await (await connectControl(results)).status()).toEqual(long);
  await end();
});

function fail(): never {
  throw new Error('no origin');
}

test("a fault of the run is no fault of the command's", async () => {
  const { run, end } = await startRun();
  const client = await connectControl(results);
  run.pause = () => {
    throw new TypeError('oh');
  };
  const error: unknown = await client.pause().catch((reason: unknown) => reason);
  expect(error).not.toBeInstanceOf(UsageError);
  expect(String(error)).toBe(`Error: in process ${process.pid}: TypeError: oh`);
  await end();
});

describe('the socket', () => {
  test.skipIf(process.platform === 'win32')('is for its owner only, and goes with the run', async () => {
    const { socket, end } = await startRun();
    expect(dirname(dirname(socket))).toBe(join(folder, 'tmp'));
    expect(statSync(socket).isSocket()).toBe(true);
    expect((statSync(socket).mode & 0o777).toString(8)).toBe('600');
    expect((statSync(dirname(socket)).mode & 0o777).toString(8)).toBe('700');
    await end();
    expect([readdirSync(folder), readdirSync(join(folder, 'tmp'))]).toEqual([['tmp'], []]);
  });

  test.skipIf(process.platform === 'win32')('is not needed: where none can be made the run says so', async () => {
    const long = join(folder, 'd'.repeat(120));
    mkdirSync(long);
    for (const place of [join(folder, 'nowhere'), long]) {
      process.env['TMPDIR'] = place;
      const { control, socket, end } = await startRun();
      expect(control.problem).toMatch(
        /^this run cannot be controlled with `manyfetch ctl`: no socket could be made \(.+\)$/u,
      );
      expect(socket).toBe('null');
      expect(await refusal()).toEqual([
        'no_control',
        `process ${process.pid}, which works on out, could not make a control socket`,
        `it said why when it began; kill -INT ${process.pid} stops it in good order`,
      ]);
      await end();
    }
    expect(readdirSync(long)).toEqual([]);
  });

  test('is given up if the lock cannot say where it is', async () => {
    const { problem } = await startControl(() => null, {
      token: 't',
      announce: () => Promise.reject(new Error('disk full')),
    });
    expect(problem).toContain('(disk full)');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  test('keeps no process alive', () => {
    const program = `
      const { startControl } = await import(${JSON.stringify(join(import.meta.dirname, 'start-control.ts'))});
      const { problem } = await startControl(() => null, { token: 'u', announce: async () => undefined });
      console.log(problem);
    `;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 10_000 });
    expect([child.status, String(child.stdout)]).toEqual([0, 'null\n']);
  });

  test.skipIf(process.platform === 'win32').each([
    ['', 'undefined'],
    [' before it could say where it is', '{ token: lock.token, announce: () => process.kill(process.pid, "SIGKILL") }'],
  ])('of a process that was killed%s is removed by who takes its lock over', async (_when, otherLock) => {
    const program = `
      const [, path] = process.argv;
      const { takeRunLock } = await import(${JSON.stringify(join(import.meta.dirname, '../journal/run-lock.ts'))});
      const { startControl } = await import(${JSON.stringify(join(import.meta.dirname, 'start-control.ts'))});
      const lock = await takeRunLock(path, 'b');
      await startControl(() => null, ${otherLock} ?? lock);
      process.kill(process.pid, 'SIGKILL');
    `;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', program, lockPathOf(results)]);
    expect([child.signal, String(child.stderr)]).toEqual(['SIGKILL', '']);
    const left = join(folder, 'tmp', 'manyfetch-ctl-b', 'socket');
    expect(existsSync(left)).toBe(true);
    expect(await refusal()).toEqual([
      'no_control',
      `process ${child.pid} that worked on out is gone, and did not finish`,
      'the command that it was started with goes on where it was',
    ]);
    const lock = await takeRunLock(lockPathOf(results), 'c');
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    await lock.release();
  });

  test('is the only thing that is removed, whatever a lock names', async () => {
    const precious = join(folder, 'tmp', 'manyfetch-ctl-a', 'socket');
    mkdirSync(dirname(precious));
    writeFileSync(precious, 'data');
    for (const control of [precious, join(dirname(precious), 'other'), results, folder, '', '/', 7, {}]) {
      writeLock({ pid: 2 ** 22 + 1, control });
      writeFileSync(results, 'rows');
      await (await takeRunLock(lockPathOf(results), 'd')).release();
    }
    expect([readFileSync(precious, 'utf8'), readFileSync(results, 'utf8')]).toEqual(['data', 'rows']);
  });
});

describe('nobody to talk to', () => {
  test('there is no such run', async () => {
    expect(await refusal()).toEqual([
      'no_control',
      'there is no run of out',
      'give the path that the run was given with -o',
    ]);
  });

  test('the run is over', async () => {
    writeFileSync(`${results}.run`, '');
    expect(await refusal()).toEqual([
      'no_control',
      'no run is working on out: it has finished, or was stopped',
      'the command that it was started with goes on with it, or says that it has finished',
    ]);
  });

  test('results on standard output', async () => {
    await expect(connectControl('-')).rejects.toMatchObject({
      code: 'no_control',
      message: 'a run that writes to standard output has no lock, and cannot be controlled from outside',
      hint: 'give it a file with -o',
    });
  });

  test('a run on another machine', async () => {
    writeLock({ host: 'elsewhere', pid: 77, control: '/tmp/x' });
    expect(await refusal()).toEqual([
      'no_control',
      'process 77, which works on out, runs on elsewhere, and can be controlled only there',
      'give this command on elsewhere',
    ]);
  });

  test('a run that has not said yet where it can be talked to', async () => {
    writeLock({});
    expect(await refusal()).toEqual([
      'no_control',
      `process ${process.pid}, which works on out, is still starting, or is of a version that cannot be controlled`,
      'try again in a moment',
    ]);
  });

  test('a socket that somebody has removed', async () => {
    const control = join(folder, 'gone');
    writeLock({ control });
    expect(await refusal()).toEqual([
      'no_control',
      `the control socket ${control} of process ${process.pid} is gone`,
      `if it has not just ended, something has removed that file: the run itself goes on; kill -INT ${process.pid} stops it in good order`,
    ]);
  });

  test.each([
    ['hangs up', '', `gave no answer: the connection was closed`],
    ['answers nonsense', 'what?\n', 'gave an answer that cannot be read'],
    ['answers null', 'null\n', 'gave an answer that cannot be read'],
    ['answers without end', 'x'.repeat(5 * 1024 * 1024), 'gave no answer: the answer has no end'],
  ])('something that %s', async (_what, text, message) => {
    const control = join(folder, 'socket');
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(text);
    });
    await new Promise<void>((resolve) => server.listen(control, resolve));
    writeLock({ control });
    expect((await refusal())[1]).toBe(`process ${process.pid}, which works on out, ${message}`);
    server.close();
  });
});
