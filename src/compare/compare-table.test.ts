import { expect, test } from 'vitest';
import { columnsOf } from '../report/terminal-text.ts';
import { comparedWays, sampleSettings, waiting } from '../testing/compared-ways.ts';
import { drawChart, drawTable, failureLines } from './compare-table.ts';
import { comparisonJson } from './comparison.ts';

const ways = comparedWays(waiting);

test('the table has all that is compared', () => {
  expect(drawTable(ways, { columns: 100, color: false })).toEqual([
    '                    made of      at once  elapsed  speed-up  requests     CPU  memory  to start',
    'in turn             1 thread           1  10.22 s      1.0×     9.8/s  0.09 s   61 MB         –',
    'threads             10 threads        10   1.05 s      9.7×      95/s  0.12 s  204 MB    0.31 s',
    'processes           2 processes        2   5.12 s      2.0×      20/s  0.11 s  183 MB    0.24 s',
    'tasks               1 thread         100   0.12 s       85×     833/s  0.05 s   62 MB         –',
    'tasks in processes  2 processes      100   0.12 s       87×     847/s  0.06 s  186 MB    0.25 s',
  ]);
});

test('the chart is to scale, with the time to start in front', () => {
  expect(drawChart(ways, { columns: 80, color: false })).toEqual([
    'in turn             █████████████████████████████████ 10.22 s',
    'threads             ░███▍ 1.05 s + 0.31 s to start',
    'processes           ░████████████████▌ 5.12 s + 0.24 s to start',
    'tasks               ▍ 0.12 s',
    'tasks in processes  ░▍ 0.12 s + 0.25 s to start',
  ]);
});

test.each([20, 45, 60, 79, 200])('nothing is wider than %i columns, and no number is cut', (columns) => {
  for (const color of [false, true]) {
    const lines = drawTable(ways, { columns, color });
    expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
    expect(lines.join('')).not.toContain('…');
  }
  expect(Math.max(...drawChart(ways, { columns, color: false }).map(columnsOf))).toBeLessThanOrEqual(columns);
});

test('colours are drawn where they may be', () => {
  expect(drawChart(ways, { columns: 80, color: true })[0]).toContain('\u001B[36m');
  expect(drawChart(ways, { columns: 80, color: false }).join('')).not.toContain('\u001B');
});

test('what failed is said', () => {
  const failing = comparedWays(waiting.slice(3, 4), { answered: 98, failed: 2, failure: 'the server answered 503' });
  expect(failureLines(failing)).toEqual(['tasks: 2 of 100 requests failed, the first: the server answered 503']);
  expect(failureLines(ways)).toEqual([]);
});

test('programs get the figures', () => {
  const json = JSON.parse(comparisonJson(ways, { ...sampleSettings, url: 'https://h/' }, 2)) as Record<string, unknown>;
  expect(json).toMatchObject({ url: 'https://h/', requests: 100, workMs: 0, processors: 2 });
  expect((json['ways'] as unknown[])[1]).toEqual({
    name: 'threads',
    threads: 10,
    processes: 1,
    atOnce: 10,
    startMs: 310,
    elapsedMs: 1050,
    speedUp: 9.73,
    requestsPerSecond: 95.24,
    cpuMs: 120,
    peakBytes: 204e6,
    answered: 100,
    failed: 0,
    failure: null,
  });
  expect(JSON.parse(comparisonJson(ways, sampleSettings, 2))).toHaveProperty('standIn', { delayMs: 100 });
});
