import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { CompareProgress } from './compare-progress.ts';

const amounts = { requests: 100, threads: 10, processes: 2, concurrency: 100 };
const figures = { startMs: 300, elapsedMs: 1050, cpuMs: 10, peakBytes: 1, answered: 100, failed: 0, failure: null };

function shown(mode: 'none' | 'lines' | 'live', color = false): string {
  const stream = new PassThrough({ encoding: 'utf8' });
  const progress = new CompareProgress(Object.assign(stream, { columns: 50 }), amounts, mode, color);
  progress.begins('threads');
  progress.progress('threads', 50);
  progress.ended({ ...figures, name: 'threads' });
  progress.clear();
  return String(stream.read() ?? '');
}

test('on a terminal a bar is drawn anew, and its line stays free in the end', () => {
  const [empty, half, end, last] = shown('live').split('\r\u001B[2K').slice(1);
  // A line that wraps could not be drawn over: the bar is shorter where it is narrow.
  expect(empty).toBe(`threads  ${'░'.repeat(19)}    0 of 100 requests`);
  expect(half).toBe(`threads  ${'█'.repeat(9)}▌${'░'.repeat(9)}   50 of 100 requests`);
  expect(half).toHaveLength(49);
  expect([end, last]).toEqual(['threads: 1.05 s\n', '']);
  expect(shown('live', true)).toContain('\u001B[36m');
});

test('elsewhere lines without escape codes, or nothing', () => {
  expect(shown('lines')).toBe('threads: 100 requests, 10 at once …\nthreads: 1.05 s\n');
  expect(shown('none')).toBe('');
});
