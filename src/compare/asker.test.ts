import { expect, test } from 'vitest';
import { mockTransport } from '../http/mock/mock-transport.ts';
import { Asker } from './asker.ts';
import type { ComparePlan } from './compare-plan.ts';

const transport = mockTransport({
  'GET /good': { text: 'hello' },
  'GET /missing': { status: 404, text: 'hello' },
  'GET /slow': { text: 'hello', delayMs: 5000 },
});

function plan(path: string, more: Partial<ComparePlan> = {}): ComparePlan {
  const amounts = { requests: 1, threads: 1, processes: 1, concurrency: 1, workMs: 0, bodyBytes: 5 };
  return { ...amounts, url: `http://service.test${path}`, client: { transport, timeoutMs: 50 }, ...more };
}

async function asked(of: ComparePlan) {
  await using asker = new Asker(of);
  return await asker.ask();
}

test('an answer counts if it is one, and whole', async () => {
  expect(await asked(plan('/good'))).toEqual({ answered: 1, failed: 0, failure: null });
  expect(await asked(plan('/good', { bodyBytes: null }))).toEqual({ answered: 1, failed: 0, failure: null });
  const failures = await Promise.all([
    asked(plan('/good', { bodyBytes: 6 })),
    asked(plan('/missing')),
    asked(plan('/slow')),
  ]);
  expect(failures.map(({ answered, failed }) => [answered, failed])).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  expect(failures.map(({ failure }) => failure)).toEqual([
    'an answer had 5 bytes instead of 6',
    'the server answered 404',
    expect.stringContaining('0.05 s'),
  ]);
});

async function spent(of: ComparePlan, how: (asker: Asker) => Promise<unknown>): Promise<number> {
  await using asker = new Asker(of);
  await how(asker);
  const begin = process.threadCpuUsage();
  await how(asker);
  const { user, system } = process.threadCpuUsage(begin);
  return (user + system) / 1000;
}

test('work is spent on answers, and on nothing else', async () => {
  expect(await spent(plan('/good', { workMs: 80 }), (asker) => asker.ask())).toBeGreaterThanOrEqual(80);
  expect(await spent(plan('/good', { workMs: 80 }), (asker) => asker.warmUp())).toBeLessThan(80);
  expect(await spent(plan('/missing', { workMs: 80 }), (asker) => asker.ask())).toBeLessThan(80);
});
