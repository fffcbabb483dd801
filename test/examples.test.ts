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
    const tried = [
      '01',
      '02',
      '03',
      '04',
      '05',
      '06',
      '07',
      '08',
      '09',
      '12',
      '13',
      '14',
      '16',
      '17',
      '19',
      '20',
      '21',
      '22',
      '23',
      '24',
    ];
    expect(programs.map((name) => name.slice(0, 2)).toSorted()).toEqual(tried);
  });

  test('01: at once takes a tenth of the time, and the order is another one', async () => {
    const lines = await run('01-in-turn-and-at-once.ts');
    const [inTurnS = 0, atOnceS = Infinity] = numbersIn(lines[0]);
    expect(inTurnS).toBeGreaterThanOrEqual(1.6);
    expect(inTurnS / atOnceS).toBeGreaterThan(5);
    const order = numbersIn(lines[2]?.replace(/^.*done /, ''));
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    // The one that was started first is answered last.
    expect(order.indexOf(0)).toBeGreaterThan(order.indexOf(19));
  });

  test('02: five that sleep take as long as one', async () => {
    const lines = await run('02-sleeping-greeters.ts', [], '0.2');
    const hellos = [1, 2, 3, 4, 5].map((n) => `hello from ${n}`);
    expect(lines.toSpliced(11, 1).toSpliced(5, 1)).toEqual([...hellos, ...hellos]);
    expect(numbersIn(lines[5])[0]).toBeGreaterThanOrEqual(1);
    expect(numbersIn(lines[11])[0]).toBeLessThanOrEqual(0.4);
  });

  test('03: one connection carries the session', async () => {
    expect(await run('03-one-session.ts')).toEqual([
      'GET 200 on a new connection',
      'POST 200 on the connection that was there',
      'PUT 200 on the connection that was there',
      'HEAD 200 on the connection that was there',
      'the service saw POST from team orders',
    ]);
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

  test('06: the limit holds, and without one nothing fails', async () => {
    const [limited = '', unlimited] = await run('06-a-limit-or-none.ts');
    expect(limited).toMatch(/^with a semaphore of 500: 1000 ok/);
    const most = numbersIn(limited).at(-1) ?? Infinity;
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(500);
    expect(unlimited).toBe('with no limit: 2000 ok of 2000');
  });

  test('07: a task tells its state and its result', async () => {
    expect(await run('07-state-of-a-task.ts')).toEqual([
      'the answer: running',
      'the one behind: queued',
      'the answer: done, 42',
      'the one behind: done, at once',
    ]);
  });

  test('08: a callback is called once, however a task ends', async () => {
    expect(await run('08-when-a-task-is-done.ts')).toEqual([
      'first is done: a result',
      'first was settled before',
      'second failed: Error: no route',
      'third cancelled: nobody waits for it',
    ]);
  });

  test('09: four ways to wait', async () => {
    expect(await run('09-waiting-for-some.ts')).toEqual([
      'first-completed: done t1, pending t2 t3 t4 t5',
      'first-failed: done t1 t2 t3, pending t4 t5',
      'timeout: done t1 t2 t3, pending t4 t5',
      'all: t1 done, t2 done, t3 failed, t4 done, t5 done',
    ]);
  });

  test('12: seven threads for seven paths', async () => {
    const lines = await run('12-a-thread-pool.ts');
    expect(lines.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `/echo?n=${n}: 200`));
    expect(lines.slice(7)).toEqual(['done 7, threads left 0']);
  });

  test('13: the callback gets the settled task, once, whether it failed or not', async () => {
    const lines = await run('13-callbacks-of-a-pool.ts');
    const told = ['/status/200', '/status/404', '/status/500'].map((path) => `${path}: ${path.slice(8)}`);
    expect(lines.toSorted()).toEqual([...told, 'nowhere: failed, Failed to parse URL from nowhere'].toSorted());
  });

  test('14: a process that is killed costs its own task', async () => {
    expect(await run('14-a-process-pool.ts')).toEqual([
      'worker_died: SIGKILL',
      '20 of 20 others are done',
      'processes left: 0',
    ]);
  });

  test('16: an answer is read by hand, and what is no request is told so', async () => {
    expect(await run('16-http-by-hand.ts')).toEqual([
      'GET /hello/ann HTTP/1.0 -> HTTP/1.1 200 OK',
      'headers: true, body: {"hello":"ann","message":"Hello, ann!"}',
      'GET the page, please -> HTTP/1.1 400 Bad Request',
      'headers: true, body:',
    ]);
  });

  test('19: the event loop goes on while threads compute', async () => {
    const lines = await run('19-blocking-functions.ts');
    const [here = 0, there = Infinity] = lines.map((line) => numbersIn(line.replace(/^.*late by/, ''))[0]);
    expect(here).toBeGreaterThanOrEqual(150);
    expect(there).toBeLessThan(here / 2);
  });

  test('17: a client is closed, or it is told where it was opened', async () => {
    const lines = await run('17-a-client-is-closed.ts', ['--expose-gc', '--no-warnings']);
    expect(lines.slice(0, 3)).toEqual(['answered 200', 'closed, although something else went wrong', 'answered 200']);
    expect(lines.slice(3).join('\n')).toMatch(/17-a-client-is-closed\.ts:\d+/);
  });

  test('20: a pool bounds its tasks, and what is late is cancelled', async () => {
    expect(await run('20-a-pool-and-a-timeout.ts')).toEqual([
      '20 answered, in flight at most 5',
      'the pool: deadline',
      '0.01 s: done',
      '0.02 s: done',
      '60 s: cancelled',
      'still in flight here: 0',
    ]);
  });

  test('21: a class of its own is the work of a task', async () => {
    expect(await run('21-a-task-of-ones-own.ts')).toEqual(['/bytes/1000 200', '/bytes/20 200', '1020 bytes']);
  });

  test('22: the late one has its error in its place', async () => {
    const lines = await run('22-one-that-is-late.ts');
    const fates = Array.from({ length: 20 }, (_, n) => `${n} r-${n} 200`);
    fates[7] = '7 late timeout: no answer within 0.001 s. Raise `timeoutMs` if the server needs longer.';
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
