// Holds the sample inputs to their generator, and to what they are meant to contain; and runs each example
// program as a reader would, to see that what it says comes true.

import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, test } from 'vitest';
import { exampleProgramsIn } from '../scripts/example-programs.ts';
import { sampleContacts } from '../scripts/sample-contacts.ts';
import { sampleOrders } from '../scripts/sample-orders.ts';
import { compileOnce } from './cli/manyfetch.ts';

function fileOf(name: string): string {
  return readFileSync(join(import.meta.dirname, '../examples', name), 'utf8');
}

test('orders.jsonl is what the generator writes, with the traps that it promises', () => {
  const lines = fileOf('orders.jsonl').trimEnd().split('\n');
  expect(lines).toHaveLength(5000);
  expect(lines.join('\n') === [...sampleOrders(5000)].join('\n')).toBe(true);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('address.city');
  expect(new Set(lines).size).toBeLessThan(4960);
  expect(lines.filter((line) => /"ledger":9007\d{12,}/.test(line)).length).toBeGreaterThan(300);
  for (const trap of ['\\n', '\\"', '\\\\', '🎁', '美咲']) expect(lines.some((line) => line.includes(trap))).toBe(true);
});

test('contacts.csv is what the generator writes, with the traps that it promises', () => {
  const text = fileOf('contacts.csv');
  expect(text === sampleContacts(500)).toBe(true);
  const rows: Record<string, string>[] = parse(text, { columns: true });
  expect(rows).toHaveLength(500);
  expect(rows.map((row) => row['id'])).toEqual(Array.from({ length: 500 }, (_, ordinal) => `c-${ordinal + 1}`));
  expect(rows.some((row) => row['note']?.includes('\n') === true)).toBe(true);
  expect(rows.some((row) => row['company'] === 'The "Best" Bakery')).toBe(true);
});

const programs = exampleProgramsIn(join(import.meta.dirname, '../examples'));

/** Lines that the program of this number prints, run as it says; one that fails, or writes a warning, fails the test. */
async function run(number: string, ...words: string[]): Promise<string[]> {
  const program = programs.find((each) => each.number === number);
  if (program === undefined) throw new Error(`there is no example ${number}`);
  const env = { ...process.env, ...compileOnce };
  const args = [...program.options, program.path, ...words];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

/** The numbers in a text, in their order. */
function numbersIn(text = ''): number[] {
  return (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
}

describe.concurrent('example programs', () => {
  test('each is tried here, by a test that bears its number', () => {
    const titles = readFileSync(import.meta.filename, 'utf8').matchAll(/^  test\('(\d\d): /gm);
    const tried = Array.from(titles, ([, number]) => number);
    expect(tried).toEqual(programs.map(({ number }) => number));
  });

  test('the table of the folder leads to each', () => {
    const rows = fileOf('README.md').matchAll(/^\| \[(\d\d)\]\((\S+)\) \|(?: [^|]+ \|){2}$/gm);
    const listed = Array.from(rows, ([, number, name]) => ({ number, name }));
    expect(listed).toEqual(programs.map(({ number, path }) => ({ number, name: basename(path) })));
  });

  test('01: at once takes a tenth of the time, and the order is another one', async () => {
    const lines = await run('01');
    const [inTurnS = 0, atOnceS = Infinity] = numbersIn(lines[0]);
    expect(inTurnS).toBeGreaterThanOrEqual(1.6);
    expect(inTurnS / atOnceS).toBeGreaterThan(5);
    const order = numbersIn(lines[2]?.replace(/^.*done /, ''));
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    // The one that was started first is answered last.
    expect(order.indexOf(0)).toBeGreaterThan(order.indexOf(19));
  });

  test('02: five that sleep take as long as one', async () => {
    const lines = await run('02', '0.2');
    const hellos = [1, 2, 3, 4, 5].map((n) => `hello from ${n}`);
    expect(lines.toSpliced(11, 1).toSpliced(5, 1)).toEqual([...hellos, ...hellos]);
    expect(numbersIn(lines[5])[0]).toBeGreaterThanOrEqual(1);
    expect(numbersIn(lines[11])[0]).toBeLessThanOrEqual(0.4);
  });

  test('03: one connection carries the session', async () => {
    expect(await run('03')).toEqual([
      'GET 200 on a new connection',
      'POST 200 on the connection that was there',
      'PUT 200 on the connection that was there',
      'HEAD 200 on the connection that was there',
      'the service saw POST from team orders',
    ]);
  });

  test('04: no result is lost', async () => {
    const lines = await run('04');
    expect(lines[0]).toMatch(/^number 200: .*127\.0\.0\.1:1\b/);
    expect(lines[1]).toBe('201 URLs, 201 results: 180 ok, 21 failed');
    expect(numbersIn(lines[2])[0]).toBeLessThan(4.5);
  });

  test('05: the list is in the order of the inputs', async () => {
    const lines = await run('05');
    expect(lines).toEqual(['as they came: 3 2 1 0', 'in order: 0.3 0.2 0.1 0']);
  });

  test('06: the limit holds, and without one nothing fails', async () => {
    const [limited = '', unlimited = ''] = await run('06');
    expect(limited).toMatch(/^with a semaphore of 500: 1000 ok/);
    const most = numbersIn(limited).at(-1) ?? Infinity;
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(500);
    expect(unlimited).toMatch(/^with no limit: 2000 ok of 2000/);
    expect(numbersIn(unlimited).at(-1)).toBeLessThan(2000);
  });

  test('07: a task tells its state and its result', async () => {
    expect(await run('07')).toEqual([
      'the answer: running',
      'the one behind: queued',
      'the answer: done, 42',
      'the one behind: done, at once',
    ]);
  });

  test('08: a callback is called once, however a task ends', async () => {
    expect(await run('08')).toEqual([
      'first is done: a result',
      'first was settled before',
      'second failed: Error: no route',
      'third cancelled: nobody waits for it',
    ]);
  });

  test('09: four ways to wait', async () => {
    expect(await run('09')).toEqual([
      'first-completed: done t1, pending t2 t3 t4 t5',
      'first-failed: done t1 t2 t3, pending t4 t5',
      'timeout: done t1 t2 t3, pending t4 t5',
      'all: t1 done, t2 done, t3 failed, t4 done, t5 done',
    ]);
  });

  test('10: what blocks, blocks in async functions, too', async () => {
    const lines = await run('10', '0.2');
    expect(lines.map((line) => line.replace(/, [^,]*$/, ''))).toEqual([
      'a blocking call, in turn: 200 200 200 200 200',
      'the same in async functions, all at once: 200 200 200 200 200',
      'an asynchronous client, all at once: 200 200 200 200 200',
    ]);
    const [inTurnS = 0, wrappedS = 0, asynchronousS = Infinity] = lines.map((line) => numbersIn(line).at(-1));
    expect(Math.min(inTurnS, wrappedS)).toBeGreaterThanOrEqual(1);
    expect(asynchronousS).toBeLessThan(inTurnS / 2);
  });

  test('11: tasks wait together, whether in one process or in two', async () => {
    const lines = await run('11');
    expect(lines.map((line) => line.replace(/ +\d+\.\d\d s .*$/, ''))).toEqual([
      'in turn             100 answers',
      'processes           100 answers',
      'tasks               100 answers',
      'tasks in processes  100 answers',
    ]);
    const [inTurnS = 0, processesS = 0, tasksS = Infinity, spreadS = Infinity] = lines.map(
      (line) => numbersIn(line)[1],
    );
    expect(inTurnS).toBeGreaterThanOrEqual(1);
    expect(processesS).toBeLessThan(inTurnS);
    expect(Math.max(tasksS, spreadS)).toBeLessThan(processesS);
  });

  test('12: seven threads for seven paths', async () => {
    const lines = await run('12');
    expect(lines.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `/echo?n=${n}: 200`));
    expect(lines.slice(7)).toEqual(['done 7, threads left 0']);
  });

  test('13: the callback gets the settled task, once, whether it failed or not', async () => {
    const lines = await run('13');
    const told = ['/status/200', '/status/404', '/status/500'].map((path) => `${path}: ${path.slice(8)}`);
    expect(lines.toSorted()).toEqual([...told, 'nowhere: failed, Failed to parse URL from nowhere'].toSorted());
  });

  test('14: a process that is killed costs its own task', async () => {
    expect(await run('14')).toEqual(['worker_died: SIGKILL', '20 of 20 others are done', 'processes left: 0']);
  });

  test('15: results come by name and in order, not as they are done', async () => {
    const done = ['size is done', 'greeting is done'];
    expect(await run('15')).toEqual([...done, "{ greeting: 'Hello, ann!', size: 1000 }", ...done, 'Hello, ann! 1000']);
  });

  test('16: an answer is read by hand, and what is no request is told so', async () => {
    expect(await run('16')).toEqual([
      'GET /hello/ann HTTP/1.0 -> HTTP/1.1 200 OK',
      'headers: true, body: {"hello":"ann","message":"Hello, ann!"}',
      'GET the page, please -> HTTP/1.1 400 Bad Request',
      'headers: true, body:',
    ]);
  });

  test('17: a client is closed, or it is told where it was opened', async () => {
    const lines = await run('17');
    expect(lines.slice(0, 3)).toEqual(['answered 200', 'closed, although something else went wrong', 'answered 200']);
    expect(lines.slice(3).join('\n')).toMatch(/17-a-client-is-closed\.ts:\d+/);
  });

  test('18: thousands of connections are open at once, and each gets its own answer', async () => {
    const [greeting, ...lines] = await run('18');
    expect(greeting).toBe('/: Hello! Say /your-name.');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const [right, users, , mostOpen] = numbersIn(line);
      expect([right, users]).toEqual([2000, 2000]);
      expect(mostOpen).toBeGreaterThan(1000);
    }
  });

  test('19: the event loop goes on while threads compute', async () => {
    const lines = await run('19');
    const [here = 0, there = Infinity] = lines.map((line) => numbersIn(line.replace(/^.*late by/, ''))[0]);
    expect(here).toBeGreaterThanOrEqual(150);
    expect(there).toBeLessThan(here / 2);
  });

  test('20: a pool bounds its tasks, and what is late is cancelled', async () => {
    expect(await run('20')).toEqual([
      '20 answered, in flight at most 5',
      'the pool: deadline',
      '0.01 s: done',
      '0.02 s: done',
      '60 s: cancelled',
      'still in flight here: 0',
    ]);
  });

  test('21: a class of its own is the work of a task', async () => {
    expect(await run('21')).toEqual(['/bytes/1000 200', '/bytes/20 200', '1020 bytes']);
  });

  test('22: the late one has its error in its place', async () => {
    const lines = await run('22');
    const fates = Array.from({ length: 20 }, (_, n) => `${n} r-${n} 200`);
    fates[7] = '7 late timeout: no answer within 0.001 s. Raise `timeoutMs` if the server needs longer.';
    // The connection may not stand yet after a millisecond.
    expect(lines.slice(0, -1).map((line) => line.replace('no connection within', 'no answer within'))).toEqual(fates);
    // The service learns a moment late that the one that was late has been given up.
    expect(lines.at(-1)).toMatch(/^in flight at most: [56]$/);
  });

  test('23: every record is delivered or named, in the time of a pool', async () => {
    const lines = await run('23', '200');
    const failures = [5, 15].map((order) => `billing, order ${order}: the server answered 500, after 4 attempts`);
    expect(lines.slice(0, 2).toSorted()).toEqual(failures.toSorted());
    expect(lines[2]).toMatch(/^runBatch: finished, 198 ok, 2 failed, 200 handled, [\d.]+ s$/);
    expect(lines[3]).toBe('manyfetch run: finished, 198 ok, 2 failed, 200 handled');
    const tookS = numbersIn(lines[2]).at(-1) ?? Infinity;
    const [inTurnS, , leastS = Infinity] = numbersIn(lines[4]);
    expect(inTurnS).toBe(20);
    expect(tookS).toBeGreaterThanOrEqual(leastS);
    // Retries wait 3.5 s at most, besides.
    expect(tookS).toBeLessThan(10);
  });

  test('24: memory does not grow, and the run goes on after a stop', async () => {
    const lines = await run('24', '10000');
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

describe('npm run examples', () => {
  const script = join(import.meta.dirname, '../scripts/examples.ts');
  const folder = mkdtempSync(join(tmpdir(), 'manyfetch-examples-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const runAll = (...words: string[]) =>
    spawnSync(process.execPath, [script, ...words], { cwd: folder, encoding: 'utf8' });

  mkdirSync(join(folder, 'examples'));
  const write = (name: string, options: string, code: string): void =>
    writeFileSync(
      join(folder, 'examples', name),
      `// Shows ${name.slice(3, 6)}.\n// Run it: node ${options}examples/${name} [n]\n\n${code}\n`,
    );
  write('03-two-words.ts', '--expose-gc ', "console.log('has', typeof gc);");
  write('10-ten.ts', '', "console.log('ten'); process.exit(3);");
  write('01-one.ts', '', "console.log('one');");

  test('runs all in their order, or some, and says which failed', () => {
    const all = runAll();
    expect(all.stdout.replace(/in \d+ s/, 'in N s')).toBe(
      `
── 01 one
Shows one.

one

── 03 two words
Shows two.

has function

── 10 ten
Shows ten.

ten

3 programs in N s, failed: 10 ten (exit code 3)
`,
    );
    expect([all.status, all.stderr]).toEqual([1, '']);
    const some = runAll('3', '01');
    expect([some.status, some.stdout.match(/^── \d\d|\d programs|none failed/gm)]).toEqual([
      0,
      ['── 01', '── 03', '2 programs', 'none failed'],
    ]);
  });

  test('what is not there, or does not say how it is run, is told before anything runs', () => {
    const unknown = runAll('1', '11');
    expect([unknown.status, unknown.stdout, unknown.stderr]).toEqual([
      2,
      '',
      'There is no example 11; there are 01 03 10.\n',
    ]);
    writeFileSync(join(folder, 'examples/04-silent.ts'), "// Says nothing of how.\nconsole.log('three');\n");
    const silent = runAll();
    expect([silent.status, silent.stdout]).toEqual([1, '']);
    expect(silent.stderr).toContain('examples/04-silent.ts is to be called NN-name.ts, and to begin with');
  });
});
