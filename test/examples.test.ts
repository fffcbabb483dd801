// Holds the sample inputs to their generator, and to what they are meant to contain; and runs each example
// program as a reader would, to see that what it says comes true.

import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { sampleContacts } from '../scripts/sample-contacts.ts';
import { sampleOrders } from '../scripts/sample-orders.ts';
import { compileOnce } from './cli/manyfetch.ts';

function example(name: string): string {
  return readFileSync(join(import.meta.dirname, '../examples', name), 'utf8');
}

test('orders.jsonl is what the generator writes, with the traps that it promises', () => {
  const lines = example('orders.jsonl').trimEnd().split('\n');
  expect(lines).toHaveLength(5000);
  expect(lines.join('\n') === [...sampleOrders(5000)].join('\n')).toBe(true);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('address.city');
  expect(new Set(lines).size).toBeLessThan(4960);
  expect(lines.filter((line) => /"ledger":9007\d{12,}/.test(line)).length).toBeGreaterThan(300);
  for (const trap of ['\\n', '\\"', '\\\\', '🎁', '美咲']) expect(lines.some((line) => line.includes(trap))).toBe(true);
});

test('contacts.csv is what the generator writes, with the traps that it promises', () => {
  const text = example('contacts.csv');
  expect(text === sampleContacts(500)).toBe(true);
  const rows: Record<string, string>[] = parse(text, { columns: true });
  expect(rows).toHaveLength(500);
  expect(rows.map((row) => row['id'])).toEqual(Array.from({ length: 500 }, (_, ordinal) => `c-${ordinal + 1}`));
  expect(rows.some((row) => row['note']?.includes('\n') === true)).toBe(true);
  expect(rows.some((row) => row['company'] === 'The "Best" Bakery')).toBe(true);
});

/** Lines that a program prints; a program that fails, or writes a warning, fails the test. */
async function run(program: string, options: readonly string[] = [], ...words: string[]): Promise<string[]> {
  const path = join(import.meta.dirname, '../examples', program);
  const env = { ...process.env, ...compileOnce };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...options, path, ...words], { env });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

/** The numbers in a text, in their order. */
function numbersIn(text = ''): number[] {
  return (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
}

describe.concurrent('example programs', () => {
  test('each is tried here', () => {
    const programs = globSync('*.ts', { cwd: join(import.meta.dirname, '../examples') });
    expect(programs.map((name) => name.slice(0, 2)).toSorted()).toEqual(['04', '05', '22', '23', '24']);
  });

  test('04: no result is lost', async () => {
    const lines = await run('04-gather-many.ts');
    expect(lines[0]).toMatch(/^number 200: .*127\.0\.0\.1:1\b/);
    expect(lines[1]).toBe('201 URLs, 201 results: 180 ok, 21 failed');
    expect(numbersIn(lines[2])[0]).toBeLessThan(4.5);
  });

  test('05: the list is in the order of the inputs', async () => {
    const lines = await run('05-results-in-order.ts');
    expect(lines).toEqual(['as they came: 3 2 1 0', 'in order: 0.3 0.2 0.1 0']);
  });

  test('22: the late one has its error in its place', async () => {
    const lines = await run('22-one-that-is-late.ts');
    const fates = Array.from({ length: 20 }, (_, n) => `${n} r-${n} 200`);
    fates[7] = '7 late timeout: no answer within 0.001 s. Raise --timeout if the server needs longer.';
    // The connection may not stand yet after a millisecond.
    expect(lines.slice(0, -1).map((line) => line.replace('no connection within', 'no answer within'))).toEqual(fates);
    // The service learns a moment late that the one that was late has been given up.
    expect(lines.at(-1)).toMatch(/^in flight at most: [56]$/);
  });

  test('23: every record is delivered or named, in the time of a pool', async () => {
    const lines = await run('23-deliver-records.ts', [], '200');
    const failures = [50, 150].map((n) => `billing-${n}: the server answered 500, after 4 attempts`);
    expect(lines.slice(0, 2).toSorted()).toEqual(failures.toSorted());
    expect(lines[2]).toBe('finished: 198 ok, 2 failed');
    const [tookS = Infinity, inTurnS, leastS = 0] = numbersIn(lines[3]?.replace('with 40', ''));
    expect(inTurnS).toBe(20);
    expect(tookS).toBeGreaterThanOrEqual(leastS);
    // Retries wait 3.5 s at most, besides.
    expect(tookS).toBeLessThan(10);
  });

  test('24: memory does not grow, and the run goes on after a stop', async () => {
    const lines = await run('24-a-million-requests.ts', ['--expose-gc'], '10000');
    expect(lines.slice(0, 3)).toEqual([
      'stopped in the middle: true',
      'finished: 10000 ok, 0 failed',
      '10000 lines, 10000 records, 10000 requests received',
    ]);
    const [quarterMb = 0, endMb = Infinity] = numbersIn(lines[3]);
    // 6,500 records lie between; kept, they would be more than 5 MB of results alone.
    expect(endMb - quarterMb).toBeLessThan(3.5);
  });
});
