// What both pools promise: calls, results, errors, maps, recycling, shutdown.

import { runInThisContext } from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { scope } from '../concurrency/scope.ts';
import { ProcessPool, ThreadPool, transfer } from './index.ts';
import type * as functions from '../testing/worker-functions.ts';

const module = new URL('../testing/worker-functions.ts', import.meta.url);

describe.each([
  ['ThreadPool', ThreadPool],
  ['ProcessPool', ProcessPool],
] as const)('%s', (_, Pool) => {
  const pool = new Pool({ workers: 2, initializer: { module, name: 'prepare' }, initArgs: ['hello'] });
  afterAll(() => pool.shutdown());

  test('calls what a module exports, by name or by default, after its initializer', async () => {
    expect(await pool.submit<typeof functions.greet>(module, 'greet', 'Ada')).toBe('hello, Ada');
    expect(await pool.apply({ module: module.href }, [], { name: 'the answer' })).toBe(42);
    expect(await pool.submit(module.pathname, 'default')).toBe(42);
    expect(await pool.submit('node:path', 'basename', '/a/b')).toBe('b');
  });

  test('calls a function by its text', async () => {
    expect(await pool.submit((a: number, b: number) => a + b, 1, 2)).toBe(3);
    const read = pool.submit(async function read(path: string) {
      return (await process.getBuiltinModule('node:fs/promises').readFile(path, 'utf8')).length;
    }, module.pathname);
    expect(await read).toBeGreaterThan(100);
  });

  test('a function that needs what surrounds it says so', async () => {
    const outside = Math.max(1, 2);
    const { state, error } = await settled(pool.submit(() => outside));
    expect({ state, error }).toMatchObject({ state: 'failed', error: { code: 'not_self_contained' } });
    expect(String(error)).toContain('outside is not defined');
  });

  test('an error comes as it was thrown', async () => {
    const { error } = await settled(pool.submit(module, 'square', -2));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'no square of -2', code: 'NEGATIVE', cause: 'a test' });
    expect((error as Error).stack).toContain('worker-functions.ts');
    const missing = await settled(pool.submit(module, 'squaer', 2));
    expect(missing.error).toMatchObject({ code: 'bad_option', hint: expect.stringContaining('square, squareLater') });
  });

  test('what cannot be copied fails its task, there and back, and the worker goes on', async () => {
    const there = await settled(pool.apply((f: unknown) => f, [() => 1]));
    expect(there.error).toMatchObject({ code: 'bad_option', message: expect.stringContaining('The arguments of') });
    const back = await settled(pool.submit(() => () => 1));
    expect(back.error).toMatchObject({ code: 'bad_option', message: expect.stringContaining('cannot be sent back') });
    expect(pool.statistics().died).toBe(0);
  });

  test('bytes can be moved both ways', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const result = await pool.submit(module, 'reversed', transfer(bytes));
    expect(result).toEqual(new Uint8Array([3, 2, 1]));
    expect(bytes.length).toBe(Pool === ThreadPool ? 0 : 3);
  });

  test('maps in order, in chunks, as they are made, and pulls no more than there is room for', async () => {
    const items = Array.from({ length: 50 }, (__, n) => n);
    const squares = items.map((n) => n * n);
    let pulled = 0;
    function* counting() {
      for (const item of items) {
        pulled++;
        yield item;
      }
    }
    const work = { module, name: 'square' };
    expect(await pool.map<number, number>(work, counting()).toArray()).toEqual(squares);
    expect(await pool.map<number, number>(work, items, { chunk: 7 }).toArray()).toEqual(squares);
    const unordered = await pool.map((n: number) => n * n, items, { ordered: false, chunk: 3 }).toArray();
    expect(unordered.toSorted((a, b) => a - b)).toEqual(squares);
    pulled = 0;
    for await (const _result of pool.map(work, counting())) break;
    // Twice the room at work, and as many done that nobody has taken.
    expect(pulled).toBeLessThanOrEqual(9);
    await expect(pool.map(work, [1, 2, -3, 4], { chunk: 2 }).toArray()).rejects.toThrow('no square of -3');
  });

  test('callbacks are called once, and what they throw is told when it is left', async () => {
    const seen: string[] = [];
    const other = new Pool({ workers: 1 });
    const task = other.submit(() => 1);
    task.onDone(({ state, result }) => seen.push(`${state} ${result}`));
    task.onDone(() => {
      throw new Error('in a callback');
    });
    const failed = other.submit(() => JSON.parse('{') as unknown);
    await expect(other.shutdown()).rejects.toThrow('in a callback');
    expect(seen).toEqual(['done 1']);
    expect(failed.state).toBe('failed');
    expect(() => other.submit(() => 1)).toThrow(expect.objectContaining({ code: 'task_state' }));
    expect(other.statistics()).toMatchObject({ workers: 0, started: 1, died: 0, done: 1, failed: 1 });
  });

  test('a worker is replaced after so many tasks, and gets the environment that was said', async () => {
    await using other = new Pool({ workers: 1, tasksPerWorker: 2, env: { WORKER: 'w' } });
    const counts = await Promise.all(
      [1, 2, 3, 4, 5].map(() => other.submit<typeof functions.counted>(module, 'counted')),
    );
    expect(counts.map((text) => text.split('/').slice(1).join())).toEqual(['w,1', 'w,2', 'w,1', 'w,2', 'w,1']);
    expect(other.statistics()).toMatchObject({ started: 3, died: 0 });
  });

  test('many tasks go on in one worker at a time', async () => {
    await using other = new Pool({ workers: 1, perWorker: 10 });
    const tasks = Array.from({ length: 12 }, () => other.submit<typeof functions.meet>(module, 'meet', 10));
    // Each waits until there are ten: none would end if there were fewer.
    expect(new Set(await Promise.all(tasks.slice(0, 10)))).toEqual(new Set([10]));
    await Promise.all(tasks);
    expect(other.statistics()).toMatchObject({ started: 1, died: 0, done: 12 });
  });

  test('a broken initializer fails the tasks, not the program', async () => {
    await using other = new Pool({ workers: 1, initializer: () => JSON.parse('{') as unknown });
    const { error } = await settled(other.submit(() => 1));
    expect(error).toMatchObject({ code: 'worker_died', message: expect.stringContaining('could not be set up') });
    expect((error as Error).cause).toBeInstanceOf(SyntaxError);
    expect((await settled(other.submit(() => 1))).state).toBe('failed');
  });

  test('a worker makes no pools: its modules could make them without end', async () => {
    const { error } = await settled(pool.submit(module, 'nest'));
    expect(error).toMatchObject({ code: 'task_state', message: expect.stringContaining('in a worker') });
  });

  test('it is left at once with `wait: false`, and what it has to do is done', async () => {
    const other = new Pool({ workers: 1 });
    const task = other.submit(() => 'done behind');
    await other.shutdown({ wait: false });
    expect(task.state).not.toBe('done');
    expect(await task).toBe('done behind');
    await other.shutdown();
    expect(other.statistics().workers).toBe(0);
  });
});

test.each([
  [{ workers: 0 }, 'Expected `workers` to be'],
  [{ perWorker: 1.5 }, 'Expected `perWorker` to be'],
  [{ tasksPerWorker: -1 }, 'Expected `tasksPerWorker` to be'],
  [{ graceMs: Number.NaN }, 'Expected `graceMs` to be'],
  [{ execArgv: ['-e', '1'] }, 'Expected `execArgv` to be'],
  [{ execArgv: '--no-warnings' as never }, 'Expected `execArgv` to be a list of options, got "--no-warnings"'],
  [{ signal: 5 as never }, 'Expected `signal` to be an AbortSignal, got 5'],
  [{ maxMemoryMb: 2 }, 'Expected `maxMemoryMb` to be a number of megabytes from 16 up, got 2'],
  [{ maxMemoryMb: Number.NaN }, 'Expected `maxMemoryMb` to be'],
  [{ initializer: 5 as never }, 'Expected `initializer` to be a function, or { module, name }, got 5'],
  [{ initializer: { module: './x.ts' } }, 'Expected `module` to be a URL or an absolute path'],
])('options that cannot be used are refused at once: %j', (options, message) => {
  expect(() => new ThreadPool(options)).toThrow(message);
});

test.each<[object, string, string]>([
  [{ max_workers: 7 }, 'max_workers', 'did you mean `workers`?'],
  [{ maxtasksperchild: 7 }, 'maxtasksperchild', 'did you mean `tasksPerWorker`?'],
  [{ constructor: 7 }, 'constructor', 'There are workers, perWorker, '],
  [{ name: 'crew' }, 'name', 'There are workers, perWorker, '],
])('an option that there is not is refused, and a context is not: %j', async (options, name, hint) => {
  const refusal = {
    code: 'unknown_option',
    message: `There is no option \`${name}\``,
    hint: expect.stringContaining(hint) as string,
  };
  expect(() => new ThreadPool(options)).toThrow(expect.objectContaining(refusal));
  expect(() => new ProcessPool(options)).toThrow(expect.objectContaining(refusal));
  await scope((s) => s.spawn((context) => new ThreadPool(context).shutdown()));
});

test('a number is no options, and processes have no maxMemoryMb', () => {
  for (const Pool of [ThreadPool, ProcessPool])
    for (const wrong of [7, null])
      expect(() => new Pool(wrong as never)).toThrow(`Expected the options to be an object, got ${wrong}`);
  expect(() => new ProcessPool({ maxMemoryMb: 100 } as never)).toThrow('Expected `maxMemoryMb` to be absent');
});

test('functions within a function may be named as tsx and esbuild do it', async () => {
  const text = '() => { const next = __name((n) => n + 1, "next"); return next(2); }';
  await using pool = new ThreadPool({ workers: 1 });
  expect(await pool.submit(runInThisContext(text) as () => number)).toBe(3);
});

test('a relative path is answered with what to write', async () => {
  await using pool = new ThreadPool();
  const relative = './worker-functions.ts';
  const hint = `Write \`new URL('${relative}', import.meta.url)\`.`;
  expect(() => pool.submit(relative, 'x')).toThrow(expect.objectContaining({ code: 'bad_option', hint }));
});

test.each([
  ['the URL alone', module],
  ['the list first', [1, 2]],
  ['a call', Promise.resolve(1)],
])('map is given %s: it says what it takes', async (_, work) => {
  await using pool = new ThreadPool();
  const message = expect.stringMatching(/^Expected `work` to be a function, or \{ module, name \}, got/) as string;
  const hint = expect.stringContaining('{ module: new URL(path, import.meta.url), name }') as string;
  expect(() => pool.map(work as never, [1])).toThrow(expect.objectContaining({ message, hint }));
});

const { method } = { method(this: void) {} };

test.each([
  ['a bound function', square.bind(null)],
  ['one of Node', Math.max],
  ['a method', method],
  ['a class', Map as unknown as () => void],
  ['a package by its name', 'undici'],
  ['nothing', undefined as unknown as string],
])('%s cannot be sent', async (_, work) => {
  await using pool = new ThreadPool({ workers: 1 });
  expect(() => pool.submit(work as string, 'name')).toThrow(expect.objectContaining({ code: 'bad_option' }));
  expect(pool.statistics().started).toBe(0);
});

function square(n: number): number {
  return n * n;
}

async function settled(task: { outcome(): Promise<unknown> }): Promise<{ state: string; error?: unknown }> {
  return (await task.outcome()) as { state: string; error?: unknown };
}
