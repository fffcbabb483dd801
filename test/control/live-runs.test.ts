// Real processes: one that runs, others that talk to it, and a service that counts what arrives.

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
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startBatch } from '../../src/batch/run-batch.ts';
import type { RunStatus } from '../../src/control/controlled-run.ts';
import { connectControl, runBatch } from '../../src/index.ts';
import type { RunBatchOptions } from '../../src/index.ts';
import { startTarget } from '../../src/target/start-target.ts';
import type { Target } from '../../src/target/start-target.ts';
import { until } from '../../src/testing/until.ts';
import { manyfetch, startManyfetch } from '../cli/manyfetch.ts';

let target: Target;
let cwd = '';
let temporary = '';
const results = (): string => join(cwd, 'in.results.jsonl');

beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'manyfetch-live-'));
  temporary = join(cwd, 'tmp');
  mkdirSync(temporary);
  target.reset();
});
afterEach(() => rmSync(cwd, { recursive: true }));

function writeInput(records: number): void {
  writeFileSync(join(cwd, 'in.jsonl'), Array.from({ length: records }, (_, n) => `{"n":${n}}\n`).join(''));
}

const url = (): string => `${target.url}/delay/0.02?n={{n}}`;
const words = (): string[] => ['run', 'in.jsonl', '--url', url(), '-q', '--header', 'X-Record: {{$index}}'];

/** The same from code. */
function options(concurrency: number): RunBatchOptions {
  return { input: join(cwd, 'in.jsonl'), url: url(), headers: ['X-Record: {{$index}}'], concurrency };
}

/** Starts the run in a process of its own, and comes back when it is under way. */
async function startRun() {
  const child = startManyfetch([...words(), '-c', '4'], { cwd, env: { TMPDIR: temporary } });
  child.stdin.end();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const written = Promise.all([text(child.stdout), text(child.stderr)]);
  await until(() => target.stats().total >= 8);
  return {
    pid: child.pid,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    end: async () => ({ code: await ended, stderr: (await written)[1] }),
  };
}

function ctl(...command: string[]) {
  return manyfetch(['ctl', 'in.results.jsonl', ...command], { cwd });
}

/** Every record of the input has one row, and was sent once. */
function expectComplete(records: number): void {
  const rows = readFileSync(results(), 'utf8').trimEnd().split('\n');
  const indexes = rows.map((row) => (JSON.parse(row) as { index: number }).index);
  expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: records }, (_, n) => n));
  expect(target.stats().records).toMatchObject({ distinct: records, repeated: 0 });
}

function socketOfRun(): string {
  return String((JSON.parse(readFileSync(`${results()}.run.lock`, 'utf8')) as { control: unknown }).control);
}

test('a run is looked at, paused, changed, resumed, and drained; then its command goes on to the end', async () => {
  const records = 400;
  writeInput(records);
  const run = await startRun();

  const seen = JSON.parse((await ctl('status', '--json')).stdout) as RunStatus;
  expect(seen).toMatchObject({ pid: run.pid, state: 'running', total: records, concurrency: 4, ceiling: 4 });
  expect(seen.origins).toMatchObject([{ origin: target.url, breaker: 'closed' }]);
  expect(seen.inFlight).toBeLessThanOrEqual(4);
  expect(seen.done).toBeGreaterThan(0);

  const socket = socketOfRun();
  expect(dirname(dirname(socket))).toBe(temporary);
  expect([statSync(socket).mode & 0o777, statSync(dirname(socket)).mode & 0o777]).toEqual([0o600, 0o700]);

  const remote = await connectControl(results());
  await remote.pause();
  await until(() => target.stats().inFlight.now === 0);
  const arrived = target.stats().total;
  // This starts a process, and takes a time in which dozens would have been sent.
  expect((await ctl('set', 'concurrency=9')).stdout).toBe('Set concurrency 9 (was 4).\n');
  expect(await remote.status()).toMatchObject({ state: 'paused', inFlight: 0, done: arrived });
  expect(target.stats()).toMatchObject({ total: arrived, inFlight: { maximum: 4 } });

  await remote.resume();
  await until(() => target.stats().inFlight.maximum > 4);
  expect((await ctl('drain')).stdout).toMatch(/^Draining: /u);
  const { code, stderr } = await run.end();
  expect([code, stderr]).toEqual([3, '']);
  const { total, completed, inFlight } = target.stats();
  expect([completed, inFlight.maximum]).toEqual([total, 9]);
  expect(total).toBeLessThan(records);
  expect([readdirSync(temporary), existsSync(`${results()}.run.lock`)]).toEqual([[], false]);
  await expect(remote.status()).rejects.toMatchObject({ code: 'no_control' });

  expect((await manyfetch([...words(), '-c', '100'], { cwd })).code).toBe(0);
  expectComplete(records);
});

test('what a killed run leaves is gone with the next one', async () => {
  writeInput(60);
  const run = await startRun();
  await run.kill();
  expect(existsSync(socketOfRun())).toBe(true);
  await expect(connectControl(results())).rejects.toMatchObject({
    code: 'no_control',
    message: `process ${run.pid} that worked on ${results()} is gone, and did not finish`,
  });
  expect((await runBatch(options(20))).kind).toBe('finished');
  expect(readdirSync(temporary)).toEqual([]);
});

test('without a socket a run goes on, and says that it has none', async () => {
  writeInput(8);
  vi.stubEnv('TMPDIR', join(cwd, 'nowhere'));
  const run = await startBatch(options(4));
  vi.unstubAllEnvs();
  expect(run.description.at(-1)).toContain(
    'cannot be controlled with `manyfetch ctl`: no socket could be made (ENOENT',
  );
  expect((await run.done).kind).toBe('finished');
  expectComplete(8);
});

test('from code: the run that one starts, and that of another process by its results', async () => {
  writeInput(200);
  const states: string[] = [];
  const outcome = await runBatch({
    ...options(4),
    onStart: (run) => {
      states.push(run.status().state);
      run.pause();
      states.push(run.status().state);
      void (async () => {
        const remote = await connectControl(results());
        states.push((await remote.status()).state);
        await expect(remote.set({ concurrency: 5, rate: ['nonsense'] })).rejects.toMatchObject({ code: 'bad_option' });
        states.push(String((await remote.status()).concurrency));
        states.push((await remote.resume()).state);
        await until(() => target.stats().total >= 4);
        states.push((await remote.drain()).state);
      })();
    },
  });
  expect(states).toEqual(['running', 'paused', 'paused', '4', 'running', 'draining']);
  expect(outcome).toMatchObject({ kind: 'stopped', error: null });
  expect(target.stats().total).toBeLessThan(200);
  expect(outcome.counts.ok).toBe(target.stats().total);
});
