import { expect, test } from 'vitest';
import { resourceUse } from './resource-use.ts';
import { spendCpu } from './spend-cpu.ts';

test('spends what it is told of the CPU, and no more', () => {
  const begin = process.threadCpuUsage();
  spendCpu(20);
  const { user, system } = process.threadCpuUsage(begin);
  expect((user + system) / 1000).toBeGreaterThanOrEqual(20);
  expect((user + system) / 1000).toBeLessThan(40);
  spendCpu(0);
  const none = process.threadCpuUsage(begin);
  expect(none.user + none.system - user - system).toBeLessThan(10_000);
});

test('what a process takes is counted', () => {
  const before = resourceUse();
  spendCpu(20);
  const bytes = Buffer.alloc(80_000_000, 1);
  const residentBytes = process.memoryUsage.rss();
  const after = resourceUse();
  expect(after.pid).toBe(process.pid);
  expect(after.cpuMs - before.cpuMs).toBeGreaterThanOrEqual(20);
  expect(after.peakBytes).toBeGreaterThanOrEqual(residentBytes * 0.99);
  expect(after.peakBytes).toBeGreaterThan(bytes.length);
});
