// With processes that are real: one that lives, one that was killed, and two at the same time.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { readRunLock, takeRunLock } from './run-lock.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyfetch-lock-'));
  path = join(folder, 'out.run.lock');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const taking = `
  import { takeRunLock } from ${JSON.stringify(join(import.meta.dirname, 'run-lock.ts'))};
  const [, path, token] = process.argv;
  try {
    await takeRunLock(path, token);
    process.stdout.write('taken\\n');
    setInterval(() => undefined, 1000);
  } catch (error) {
    process.stdout.write(error.code + '\\n');
  }
`;

/** A process that tries to take the lock, and keeps it until it is killed. */
function startTaker(token: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', taking, path, token]);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const said = new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(String(chunk).trim())),
  );
  return {
    pid: child.pid ?? 0,
    said,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function refusalOf(promise: Promise<unknown>): Promise<unknown[]> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof UsageError ? [error.code, error.message, error.hint] : [error];
}

function owner(changes: object): string {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return JSON.stringify({ pid: process.pid, host: hostname(), startedAt, token: 'other', ...changes });
}

test('a lock that is free is taken, and leaves nothing behind', async () => {
  const lock = await takeRunLock(path, 'a');
  expect(readdirSync(folder)).toEqual(['out.run.lock']);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname(), token: 'a' });
  await lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('it is refused while its owner lives, and taken when that was killed', async () => {
  const taker = startTaker('b');
  expect(await taker.said).toBe('taken');
  expect(await refusalOf(takeRunLock(path, 'c'))).toEqual([
    'run_locked',
    `process ${taker.pid} is working on the output ${join(folder, 'out')}`,
    'wait until it has finished, or choose another output with -o',
  ]);
  await taker.kill();
  const lock = await takeRunLock(path, 'd');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ token: 'd' });
  expect(readdirSync(folder)).toEqual(['out.run.lock']);
  await lock.release();
});

test('of many that find a stale lock at the same moment, one gets it', async () => {
  for (const round of [1, 2]) {
    writeFileSync(path, owner({ pid: 2 ** 22 + round }));
    const takers = Array.from({ length: 4 }, (_, at) => startTaker(`t${round}-${at}`));
    const words = await Promise.all(takers.map(({ said }) => said));
    expect(words.toSorted()).toEqual(['run_locked', 'run_locked', 'run_locked', 'taken']);
    await Promise.all(takers.map(({ kill }) => kill()));
  }
});

test('of many in this process too', async () => {
  for (let round = 0; round < 50; round++) {
    writeFileSync(path, owner({ pid: 2 ** 22 + 1 }));
    const tries = await Promise.allSettled(Array.from({ length: 5 }, (_, at) => takeRunLock(path, `${round}-${at}`)));
    const taken = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(taken).toHaveLength(1);
    await taken[0]?.release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test.each([
  ['whose number belongs to another process now', { startedAt: '1' }],
  ['that is no longer there', { pid: 2 ** 22 + 1 }],
])('an owner %s has none', async (_what, changes) => {
  writeFileSync(path, owner(changes));
  const lock = await takeRunLock(path, 'e');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, token: 'e' });
  await lock.release();
});

test.each([
  ['empty', ''],
  ['cut', '{"pid":1'],
])("a lock that is %s, as a power loss leaves it, is nobody's", async (_what, text) => {
  writeFileSync(path, text);
  const lock = await takeRunLock(path, 'f');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, token: 'f' });
  await lock.release();
});

test('who died while taking over does not stand in the way; who is alive does', async () => {
  writeFileSync(path, owner({ pid: 2 ** 22 + 1 }));
  writeFileSync(`${path}.takeover`, owner({ pid: 2 ** 22 + 2 }));
  await (await takeRunLock(path, 'g')).release();
  writeFileSync(path, owner({ pid: 2 ** 22 + 1 }));
  writeFileSync(`${path}.takeover`, owner({}));
  await expect(takeRunLock(path, 'h')).rejects.toMatchObject({ code: 'run_locked' });
});

test('of an owner on another machine nothing can be known', async () => {
  writeFileSync(path, owner({ host: 'elsewhere', pid: 77 }));
  expect(await refusalOf(takeRunLock(path, 'i'))).toEqual([
    'run_locked',
    `process 77 on elsewhere is working on the output ${join(folder, 'out')}`,
    `wait until it has finished, or choose another output with -o; if that process is gone, remove ${path}`,
  ]);
});

test('a lock that somebody else holds by now is not released', async () => {
  const lock = await takeRunLock(path, 'j');
  writeFileSync(path, owner({ token: 'k' }));
  await lock.release();
  expect(readdirSync(folder)).toEqual(['out.run.lock']);
});

test('others can read who holds it, and where that can be talked to', async () => {
  expect(await readRunLock(path)).toEqual({ kind: 'free' });
  const lock = await takeRunLock(path, 'm');
  const held = { kind: 'held', pid: process.pid, host: hostname(), isHere: true };
  expect(await readRunLock(path)).toEqual({ ...held, control: undefined });
  await lock.announce('/tmp/x/socket');
  expect(await readRunLock(path)).toEqual({ ...held, control: '/tmp/x/socket' });
  await lock.announce(null);
  expect(await readRunLock(path)).toEqual({ ...held, control: null });
  expect(readdirSync(folder)).toEqual(['out.run.lock']);
  await expect(takeRunLock(path, 'n')).rejects.toMatchObject({ code: 'run_locked' });
  await lock.release();
  expect(readdirSync(folder)).toEqual([]);

  writeFileSync(path, owner({ pid: 2 ** 22 + 1 }));
  expect(await readRunLock(path)).toEqual({ kind: 'stale', pid: 2 ** 22 + 1 });
  writeFileSync(path, '{"pid":1');
  expect(await readRunLock(path)).toEqual({ kind: 'stale', pid: null });
});

test('nothing is announced in the lock of somebody else', async () => {
  const lock = await takeRunLock(path, 'o');
  const others = owner({ token: 'p' });
  writeFileSync(path, others);
  await lock.announce('/tmp/x/socket');
  expect(readFileSync(path, 'utf8')).toBe(others);
});

test('where nothing can be written it says so', async () => {
  await expect(takeRunLock(join(folder, 'none', 'out.run.lock'), 'l')).rejects.toMatchObject({ code: 'disk_failed' });
});
