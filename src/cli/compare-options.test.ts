import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ManyfetchError } from '../errors.ts';
import { compareSettingsFrom, compareSpec, shownUrl } from './compare-options.ts';
import { parseArguments } from './parse-arguments.ts';

function settings(...words: string[]) {
  return compareSettingsFrom(parseArguments(compareSpec, words), { TOKEN: 'top-secret' });
}

test('by default a hundred requests, in all ways', () => {
  expect(settings()).toMatchObject({
    requests: 100,
    url: null,
    delayMs: 100,
    threads: 10,
    concurrency: 100,
    workMs: 0,
    names: ['in-turn', 'threads', 'processes', 'tasks', 'tasks-in-processes'],
    client: { timeoutMs: 30_000, insecure: false, cookies: false, headers: [] },
  });
  expect(settings().processes).toBeGreaterThanOrEqual(2);
});

test('what is said is taken', () => {
  const words = '-n 20 --delay 1s --work 5ms --threads 3 --processes 4 -c 7 --timeout 2s -k --only tasks,in-turn';
  expect(settings(...words.split(' '), '-H', 'Authorization: Bearer {{$env.TOKEN}}', '-H', 'X-Empty:')).toMatchObject({
    requests: 20,
    delayMs: 1000,
    workMs: 5,
    threads: 3,
    processes: 4,
    concurrency: 7,
    names: ['in-turn', 'tasks'],
    client: {
      timeoutMs: 2000,
      insecure: true,
      headers: [
        ['Authorization', 'Bearer top-secret'],
        ['X-Empty', ''],
      ],
    },
  });
});

test('no more tasks than the machine allows', () => {
  expect(settings('-n', '100000000').concurrency).toBeLessThan(1_000_000);
});

test.each([
  [['-n', '0'], 'Expected `--requests` to be a whole number from 1 up, got 0'],
  [['--threads', 'many'], 'Expected `--threads` to be a whole number from 1 up, got "many"'],
  [['--delay', '5'], 'Expected `--delay` to be a duration such as 250ms, 30s, 5m or 2h, got "5"'],
  [
    ['--only', 'taks'],
    'Expected `--only` to be some of in-turn, threads, processes, tasks, tasks-in-processes, got "taks"',
  ],
  [['--timeout', '0s'], 'Expected `--timeout` to be a time from 1 ms to 24 days, in milliseconds, got 0'],
  [['--json', 'ways.json'], '`--json` is followed by "ways.json"'],
  [['--url', 'example.com'], '`--url`: "example.com" has no scheme'],
  [['--url', 'http://h/', '--delay', '1s'], '`--delay` is for the stand-in service, and `--url` takes its place'],
  [
    ['--svg', join(tmpdir(), 'no', 'such', 'folder.svg')],
    `--svg: nothing can be written into ${join(tmpdir(), 'no', 'such')}`,
  ],
  [['-H', 'X-Secret hush'], '`--header`: it has no colon'],
  [['-H', 'X: a\nb'], '`--header`: LF at position 2 may not be sent in a header'],
])('%j is refused', (words, message) => {
  const error = attempt(() => settings(...words));
  expect(error).toMatchObject({ name: 'UsageError', message });
});

function attempt(work: () => unknown): ManyfetchError {
  try {
    work();
  } catch (error) {
    if (error instanceof ManyfetchError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a URL is shown without its credentials', () => {
  expect(shownUrl('https://ann:pw@example.com/a?token=abc&page=2')).toBe('https://example.com/a?token=***&page=2');
});
