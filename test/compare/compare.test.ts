// `manyfetch compare` as a user runs it: real processes and sockets, counted by the server.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { wayNames } from '../../src/compare/compare-plan.ts';
import { until } from '../../src/testing/until.ts';
import { manyfetch, startManyfetch } from '../cli/manyfetch.ts';
import { startCountingServer } from './counting-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'manyfetch-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  readonly ways: readonly Readonly<Record<string, number | string | null>>[];
}

describe.concurrent('manyfetch compare', () => {
  test('each way sends what it says, so many at once as it says, and what fails is told', async () => {
    await using server = await startCountingServer(30, 5);
    const [svg, json] = [join(folder, 'ways.svg'), join(folder, 'ways.json')];
    const words = ['compare', '--url', server.url, '-n', '12', '--threads', '3', '--processes', '2', '-c', '8'];
    const child = startManyfetch([...words, '--svg', svg, `--json=${json}`]);
    const seen: ReturnType<typeof server.take>[] = [];
    child.stderr.setEncoding('utf8');
    // A line when a way begins, before its process has started.
    child.stderr.on('data', (text: string) => {
      for (const _ of text.matchAll(/at once …\n/g)) seen.push(server.take());
    });
    let table = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (table += text));
    expect(await once(child, 'close')).toEqual([1, null]);
    seen.push(server.take());
    expect(seen).toEqual([
      { requests: 1, atOnce: 1 },
      { requests: 12 + 1, atOnce: 1 },
      { requests: 12 + 3, atOnce: 3 },
      { requests: 12 + 2, atOnce: 2 },
      { requests: 12 + 1, atOnce: 8 },
      { requests: 12 + 2, atOnce: 8 },
    ]);
    expect(table).toMatch(/tasks in processes +2 processes +8 +\d/);
    expect(table).toContain('\nin turn: 1 of 12 requests failed, the first: the server answered 503\n');
    expect(readFileSync(svg, 'utf8')).toContain('12 requests in each way');
    const { ways } = JSON.parse(readFileSync(json, 'utf8')) as Told;
    expect(ways.map(({ name, answered, failed }) => [name, answered, failed])).toEqual(
      wayNames.map((name) => [name, 11, 1]),
    );
    const [inTurn, threads, processes, tasks] = ways;
    expect(inTurn?.['elapsedMs']).toBeGreaterThanOrEqual(12 * 30);
    expect(tasks?.['elapsedMs']).toBeLessThan(Number(inTurn?.['elapsedMs']));
    // Three processes have three times the memory of one, or nearly.
    expect(processes?.['peakBytes']).toBeGreaterThan(2 * Number(tasks?.['peakBytes']));
    expect(threads?.['peakBytes']).toBeGreaterThan(Number(tasks?.['peakBytes']));
    for (const { cpuMs } of ways) expect(cpuMs).toBeGreaterThan(0);
  });

  test('the stand-in service answers, and programs get JSON', async () => {
    const words = ['compare', '-n', '5', '--delay', '20ms', '--only', 'tasks', '--json', '-q'];
    const { code, stdout, stderr } = await manyfetch(words);
    expect([code, stderr]).toEqual([0, '']);
    const told = JSON.parse(stdout) as Told;
    expect(told).toMatchObject({ standIn: { delayMs: 20 }, requests: 5, ways: [{ answered: 5, failed: 0 }] });
    expect(told.ways[0]?.['elapsedMs']).toBeGreaterThanOrEqual(20);
  });

  test.skipIf(process.platform !== 'linux')('what cannot be written into a file is shown all the same', async () => {
    const words = ['compare', '-n', '2', '--delay', '1ms', '--only', 'tasks', '--json=/dev/full', '-q'];
    const { code, stdout, stderr } = await manyfetch(words);
    expect([code, stderr.split('\n')[0]]).toEqual([
      4,
      'manyfetch: could not write /dev/full: ENOSPC: no space left on device, write',
    ]);
    expect(stdout).toMatch(/^tasks +1 thread +2 /m);
  });

  test.skipIf(process.platform !== 'linux')('Ctrl-C ends all that was started', async () => {
    const child = startManyfetch(['compare', '--only', 'processes', '--processes', '1', '-n', '10000']);
    child.stderr.setEncoding('utf8');
    let stderr = '';
    child.stderr.on('data', (text: string) => (stderr += text));
    try {
      // The stand-in service, the way, and its worker.
      await until(() => descendants(child.pid).length === 3, 20_000);
      const pids = descendants(child.pid);
      child.kill('SIGINT');
      expect(await once(child, 'close')).toEqual([3, null]);
      expect(stderr).toMatch(/Stopped before all ways were tried\.\n$/);
      await until(() => !pids.some(isAlive));
    } finally {
      child.kill('SIGKILL');
    }
  });
});

function descendants(pid: number | undefined): number[] {
  if (pid === undefined || !isAlive(pid)) return [];
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return own === '' ? [] : own.split(' ').flatMap((word) => [Number(word), ...descendants(Number(word))]);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
