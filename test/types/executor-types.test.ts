// The types that users of manyfetch/executors see. The compiler judges this file; library-types.test.ts has it do so.

import { expectTypeOf, test } from 'vitest';
import type { MapStream, Task } from '../../src/index.ts';
import { type ProcessPool, type ThreadPool, transfer } from '../../src/executors/index.ts';

declare const pool: ThreadPool;
declare const processes: ProcessPool;
declare const parse: (text: string, radix: number) => Promise<number>;

// Never called: only their types matter.
const calls = {
  inline: () => pool.submit((a: number, b: string) => a + b.length, 1, 'b'),
  promised: () => pool.submit(parse, '1', 10),
  exported: () => processes.submit<typeof parse>('node:module', 'parse', '1', 10),
  unknown: () => processes.submit('node:module', 'parse', '1', 10),
  moved: () => pool.submit((bytes: Uint8Array) => bytes.length, transfer(new Uint8Array(1))),
  mapped: () => pool.map((n: number) => String(n), [1, 2]),
  applied: () => pool.apply(parse, ['1', 10], { name: 'parse' }),
};

test('a task has the type of what its function returns', () => {
  expectTypeOf(calls.inline).returns.toEqualTypeOf<Task<number>>();
  expectTypeOf(calls.promised).returns.toEqualTypeOf<Task<number>>();
  expectTypeOf(calls.exported).returns.toEqualTypeOf<Task<number>>();
  expectTypeOf(calls.unknown).returns.toEqualTypeOf<Task<unknown>>();
  expectTypeOf(calls.moved).returns.toEqualTypeOf<Task<number>>();
  expectTypeOf(calls.mapped).returns.toEqualTypeOf<MapStream<string>>();
  expectTypeOf(calls.applied).returns.toEqualTypeOf<Task<number>>();
});

test('wrong arguments are refused', () => {
  // @ts-expect-error: a text where a number belongs
  expectTypeOf(() => pool.submit((n: number) => n, '1')).toBeFunction();
  // @ts-expect-error: one too few
  expectTypeOf(() => processes.submit<typeof parse>('node:module', 'parse', '1')).toBeFunction();
  // @ts-expect-error: items of another type
  expectTypeOf(() => pool.map((n: number) => n, ['1'])).toBeFunction();
});
