// What functions do that no pool would wish for, and what is done to pools: each must cost the task that did it, and no other.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProcessPool, ThreadPool, transfer } from './index.ts';

const module = new URL('../testing/worker-functions.ts', import.meta.url);

function post(message: unknown): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  if (parentPort === null) process.send?.(message);
  else parentPort.postMessage(message, []);
}

function lengthOf(bytes: Uint8Array): number {
  return bytes.length;
}

describe.each([
  ['ThreadPool', ThreadPool],
  ['ProcessPool', ProcessPool],
] as const)('%s', (_, Pool) => {
  test('what a function posts to its parent by itself is not for the pool, which ends with it in no way', async () => {
    await using pool = new Pool({ workers: 1 });
    for (const message of [null, 'ready', 7, { id: 1 }, { id: 1, kind: 'mine' }])
      expect(await pool.submit(post, message)).toBe(undefined);
    expect(pool.statistics()).toMatchObject({ started: 1, died: 0 });
  });

  test('a worker that leaves in the middle, with no error, has died', async () => {
    await using pool = new Pool({ workers: 1 });
    const { message } = (await pool.submit(() => process.exit(0)).then(null, (error: unknown) => error)) as Error;
    expect(message).toMatch(/died: exit code 0$/);
  });

  test('one that never pauses and was cancelled is ended, and those who were given to its worker are done elsewhere', async () => {
    await using pool = new Pool({ workers: 1, perWorker: 4, graceMs: 50 });
    await pool.submit(module, 'square', 1);
    const folder = mkdtempSync(join(tmpdir(), 'manyfetch-executors-'));
    const sign = join(folder, 'begun');
    const blocked = pool.submit(module, 'blocked', sign);
    const others = [2, 3].map((n) => pool.submit(module, 'square', n));
    while (!existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 2));
    rmSync(folder, { recursive: true });
    blocked.cancel();
    expect((await blocked.outcome()).state).toBe('cancelled');
    expect(await Promise.all(others)).toEqual([4, 9]);
    expect(pool.statistics()).toMatchObject({ started: 2, died: 0 });
  });

  test('one that had not begun in a worker that died is done elsewhere, unless what it needs was moved there', async () => {
    await using pool = new Pool({ workers: 1, perWorker: 3 });
    await pool.submit(() => 1);
    const dies = pool.submit(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
      process.exit(7);
    });
    const copied = pool.submit(lengthOf, new Uint8Array(3));
    const moved = pool.submit(lengthOf, transfer(new Uint8Array(3)));
    expect((await dies.outcome()).state).toBe('failed');
    expect(await copied).toBe(3);
    expect(await moved.outcome()).toMatchObject({ state: 'failed', error: { code: 'worker_died' } });
  });

  test('an initializer that never ends holds up nobody who cancels', async () => {
    await using pool = new Pool({ workers: 1, graceMs: 20, initializer: () => new Promise(() => undefined) });
    const task = pool.submit(() => 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    task.cancel();
    expect((await task.outcome()).state).toBe('cancelled');
  });

  test('ten thousand that wait are cancelled at once', async () => {
    const pool = new Pool({ workers: 1, graceMs: 1000 });
    const tasks = Array.from({ length: 10_000 }, () => pool.submit(module, 'patient'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await pool.shutdown({ cancel: true });
    expect(new Set(tasks.map(({ state }) => state))).toEqual(new Set(['cancelled']));
    expect(pool.statistics()).toMatchObject({ workers: 0, cancelled: 10_000 });
  });
});

test('a buffer is moved once', async () => {
  await using pool = new ThreadPool({ workers: 1 });
  const bytes = transfer(new Uint8Array(3));
  expect(await pool.submit(lengthOf, bytes)).toBe(3);
  const { error } = (await pool.submit(lengthOf, bytes).outcome()) as { error?: unknown };
  expect(error).toMatchObject({ code: 'bad_option', message: expect.stringContaining('a buffer was moved before') });
});
