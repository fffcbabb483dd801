// The types that users of manyfetch/concurrency see. The compiler judges this file; library-types.test.ts has it do so.

import { describe, expectTypeOf, test } from 'vitest';
import { any, asCompleted, gather, gatherOutcomes, mapOrdered, mapUnordered, race, wait } from '../../src/index.ts';
import type {
  Clock,
  Completed,
  MapOptions,
  MapStream,
  Outcome,
  Queue,
  Scope,
  ScopeOptions,
  Task,
  TaskContext,
  TaskState,
  Waited,
  Work,
} from '../../src/concurrency/index.ts';

declare const scope: Scope;
declare const number: Task<number>;
declare const text: Task<string>;
declare const bytes: ReadableStream<Uint8Array>;

// Never called: only their types matter.
const composed = {
  tuple: () => gather([() => 1, async () => 'a', Promise.resolve(true), number]),
  list: () =>
    gather(
      ['a'].map(
        (each) =>
          async ({ signal }: TaskContext) =>
            signal.aborted || each,
      ),
    ),
  pulled: () => gather(new Set([async ({ name }: TaskContext) => name])),
  named: () => gather({ one: () => 1, two: text, three: async ({ name }) => name }, { limit: 2 }),
  outcomes: () => gatherOutcomes([() => 1, async () => 'a']),
  namedOutcomes: () => gatherOutcomes({ one: () => 1, two: text }),
  race: () => race([() => 1, async () => 'a']),
  any: () => any([async (context) => context.name]),
  wait: () => wait([number, text]),
  completed: () => asCompleted([number, text]),
  ordered: () => mapOrdered(['a'], async (item, { index, signal }) => ({ item, index, signal }), { limit: 1 }),
  unordered: () => mapUnordered(bytes, (chunk) => chunk.length, { limit: 1 }),
  spawned: () => scope.spawn(async ({ cancelled }) => cancelled),
};

type Made<Name extends keyof typeof composed> = Awaited<ReturnType<(typeof composed)[Name]>>;

describe('gather', () => {
  test('gives each result with its own type', () => {
    expectTypeOf<Made<'tuple'>>().toEqualTypeOf<[number, string, boolean, number]>();
    expectTypeOf<Made<'list'>>().toEqualTypeOf<(string | true)[]>();
    expectTypeOf<Made<'pulled'>>().toEqualTypeOf<string[]>();
    expectTypeOf<Made<'named'>>().toEqualTypeOf<{ one: number; two: string; three: string }>();
    expectTypeOf<Made<'outcomes'>>().toEqualTypeOf<[Outcome<number>, Outcome<string>]>();
    expectTypeOf<Made<'namedOutcomes'>>().toEqualTypeOf<{ one: Outcome<number>; two: Outcome<string> }>();
  });

  test('takes no values, which have nothing to be waited for', () => {
    expectTypeOf(gather).toBeCallableWith([() => 1]);
    expectTypeOf<number[]>().not.toExtend<Parameters<typeof gather>[0]>();
  });
});

test('race and any give what any of the works may give', () => {
  expectTypeOf<Made<'race'>>().toEqualTypeOf<string | number>();
  expectTypeOf<Made<'any'>>().toEqualTypeOf<string>();
});

test('wait and asCompleted give the tasks that they were given', () => {
  expectTypeOf<Made<'wait'>>().toEqualTypeOf<Waited<Task<number> | Task<string>>>();
  expectTypeOf<Made<'completed'>>().toEqualTypeOf<
    AsyncIterableIterator<Completed<Task<number> | Task<string>>, undefined>
  >();
});

test('maps give what their function gives, and must be told a limit', () => {
  expectTypeOf<Made<'ordered'>>().toEqualTypeOf<MapStream<{ item: string; index: number; signal: AbortSignal }>>();
  expectTypeOf<Made<'unordered'>>().toEqualTypeOf<MapStream<number>>();
  expectTypeOf<{ signal: AbortSignal }>().not.toExtend<MapOptions>();
  expectTypeOf<MapStream<number>>().toExtend<AsyncDisposable>();
});

test('tasks are told apart by their state', () => {
  expectTypeOf<Made<'spawned'>>().toEqualTypeOf<boolean>();
  expectTypeOf<TaskState>().toEqualTypeOf<'queued' | 'running' | 'done' | 'failed' | 'cancelled'>();
  expectTypeOf<Extract<Outcome<number>, { state: 'done' }>['result']>().toEqualTypeOf<number>();
  expectTypeOf<Task<number>>().toExtend<PromiseLike<number>>();
  expectTypeOf<Work<number>>().parameters.toEqualTypeOf<[context: TaskContext]>();
  expectTypeOf<ScopeOptions['clock']>().toEqualTypeOf<Clock | undefined>();
});

test('a queue gives what was put', () => {
  expectTypeOf<Queue<string>['get']>().returns.resolves.toEqualTypeOf<string>();
  expectTypeOf<Queue<string>['tryGet']>().returns.toEqualTypeOf<string | undefined>();
  expectTypeOf<Queue<string>>().toExtend<AsyncIterable<string>>();
});
