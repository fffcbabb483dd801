// The types that users of the library see. The compiler judges this file; the last test has it do so, so that
// a wrong type fails the tests and not only the check.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type {
  BatchOptions,
  BatchOutcome,
  BatchProgress,
  BatchResult,
  ErrorCode,
  FailedResult,
  fetchMany,
  FetchManyOptions,
  HeadersInput,
  ManyfetchError,
  OkResult,
  RequestInput,
  Result,
  ResultError,
  ResultHook,
  ResultStream,
  runBatch,
  RunBatchOptions,
  Source,
  SourceItem,
  UsageError,
  UnknownResult,
} from '../../src/index.ts';

declare const options: FetchManyOptions;
declare const fetched: Result;
const untyped = () => fetched.json();
const typed = () => fetched.json<{ id: string }>();
declare const urls: string[];
declare const send: typeof fetchMany;
declare const later: AsyncGenerator<string | URL>;
const plain = () => send(urls);
const withContext = () => send([{ url: 'http://a.example', context: { customer: 'c-1' } }]);
const withValues = () =>
  send(new Set(urls), {
    parse: async (result) => (await result.text()).length + result.item.length,
    onResult: (result) => result.value?.toFixed(),
    onError: (result) => (result.error.message === '' ? null : null),
  });
const mixed = () => send(later, { onResult: async () => undefined });
declare const runAll: typeof runBatch;
const withRecords = () =>
  runAll({ input: 'in.jsonl', onResult: async (record: { id: string }, result) => [record.id, await result.text()] });
const sameOptions = () => send(urls, options);

describe('fetchMany', () => {
  test('takes any source of URLs and requests', () => {
    expectTypeOf<Parameters<typeof fetchMany>[0]>().toEqualTypeOf<Source>();
    expectTypeOf<string[]>().toExtend<Source>();
    expectTypeOf<ReadonlySet<URL>>().toExtend<Source>();
    expectTypeOf<Generator<RequestInput>>().toExtend<Source>();
    expectTypeOf<AsyncGenerator<string | RequestInput>>().toExtend<Source>();
    expectTypeOf<ReadableStream<string>>().toExtend<Source>();
    expectTypeOf<number[]>().not.toExtend<Source>();
    expectTypeOf<RequestInput>().not.toExtend<Source>();
  });

  test('takes requests with headers of any form, and a body or JSON', () => {
    expectTypeOf<{ url: URL; json: { a: number }; id: number }>().toExtend<SourceItem>();
    expectTypeOf<{ url: string; body: Uint8Array; headers: Headers }>().toExtend<SourceItem>();
    expectTypeOf<{ url: string; body: Buffer }>().toExtend<SourceItem>();
    expectTypeOf<{ url: string; body: { a: number } }>().not.toExtend<SourceItem>();
    expectTypeOf<{ method: string }>().not.toExtend<SourceItem>();
    expectTypeOf<{ 'x-a': string; 'x-b': undefined; 'x-c': string[] }>().toExtend<HeadersInput>();
    expectTypeOf<Map<string, string>>().toExtend<HeadersInput>();
    expectTypeOf<{ 'x-a': object }>().not.toExtend<HeadersInput>();
  });

  test('gives a stream of results', () => {
    expectTypeOf<ReturnType<typeof plain>>().toEqualTypeOf<ResultStream<string, undefined, undefined>>();
    expectTypeOf<ReturnType<typeof plain>>().toExtend<ResultStream>();
    expectTypeOf<ResultStream>().toExtend<AsyncIterable<Result>>();
    expectTypeOf<ResultStream>().toExtend<AsyncDisposable>();
    expectTypeOf<ResultStream['toArray']>().returns.resolves.toEqualTypeOf<Result[]>();
  });

  test('gives back items as the source has them, and values as callbacks make them', () => {
    type Yielded<Call extends () => AsyncIterable<unknown>> =
      ReturnType<Call> extends AsyncIterable<infer Yield> ? Yield : never;
    expectTypeOf<Yielded<typeof plain>['item']>().toEqualTypeOf<string>();
    expectTypeOf<Yielded<typeof plain>['value']>().toEqualTypeOf<undefined>();
    expectTypeOf<Yielded<typeof withContext>['item']['context']>().toEqualTypeOf<{ customer: string }>();
    expectTypeOf<Yielded<typeof withValues>['value']>().toEqualTypeOf<number | null>();
    expectTypeOf<Extract<Yielded<typeof withValues>, { result: 'ok' }>['value']>().toEqualTypeOf<number>();
    expectTypeOf<Extract<Yielded<typeof withValues>, { result: 'failed' }>['value']>().toEqualTypeOf<null>();
    expectTypeOf<Yielded<typeof mixed>['item']>().toEqualTypeOf<string | URL>();
    expectTypeOf<Yielded<typeof sameOptions>['item']>().toEqualTypeOf<string>();
    expectTypeOf<Yielded<typeof plain>>().toExtend<Result>();
  });

  test('has options that are typed by their values', () => {
    expectTypeOf<FetchManyOptions['concurrency']>().toEqualTypeOf<number | 'auto' | undefined>();
    expectTypeOf<FetchManyOptions['delivery']>().toEqualTypeOf<'at-least-once' | 'at-most-once' | undefined>();
    expectTypeOf<FetchManyOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();
    expectTypeOf<FetchManyOptions['totalTimeoutMs']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<FetchManyOptions>().not.toHaveProperty('output');
  });
});

describe('a result', () => {
  test('is told apart by what it says', () => {
    expectTypeOf<Result>().toEqualTypeOf<OkResult | FailedResult | UnknownResult>();
    expectTypeOf<Result['result']>().toEqualTypeOf<'ok' | 'failed' | 'unknown'>();
    expectTypeOf<Extract<Result, { result: 'ok' }>['status']>().toEqualTypeOf<number>();
    expectTypeOf<Extract<Result, { result: 'failed' }>['status']>().toEqualTypeOf<number | null>();
    expectTypeOf<Extract<Result, { result: 'unknown' }>['status']>().toEqualTypeOf<null>();
    expectTypeOf<OkResult['error']>().toEqualTypeOf<null>();
    expectTypeOf<FailedResult['error']>().toEqualTypeOf<ResultError>();
    expectTypeOf<ResultError['code']>().toEqualTypeOf<ErrorCode>();
  });

  test('has a body of any type', () => {
    expectTypeOf<Result['bytes']>().returns.resolves.toEqualTypeOf<Uint8Array>();
    expectTypeOf<Result['text']>().returns.resolves.toEqualTypeOf<string>();
    expectTypeOf<typeof untyped>().returns.resolves.toEqualTypeOf<unknown>();
    expectTypeOf<typeof typed>().returns.resolves.toEqualTypeOf<{ id: string }>();
  });
});

describe('runBatch', () => {
  test('takes the options of a batch, and who is told', () => {
    expectTypeOf<typeof runBatch>().parameters.toEqualTypeOf<[options: RunBatchOptions]>();
    expectTypeOf<RunBatchOptions>().toExtend<BatchOptions>();
    expectTypeOf<BatchOptions['input']>().toEqualTypeOf<string>();
    expectTypeOf<(record: unknown, result: BatchResult) => Promise<void>>().toExtend<RunBatchOptions['onResult']>();
    expectTypeOf<typeof withRecords>().returns.resolves.toEqualTypeOf<BatchOutcome>();
    expectTypeOf<(record: { id: string }) => number>().toExtend<ResultHook<{ id: string }>>();
    expectTypeOf<NonNullable<RunBatchOptions['onProgress']>>().parameters.toEqualTypeOf<[progress: BatchProgress]>();
  });

  test('gives an outcome', () => {
    expectTypeOf<typeof runBatch>().returns.resolves.toEqualTypeOf<BatchOutcome>();
    expectTypeOf<BatchOutcome['kind']>().toEqualTypeOf<
      'finished' | 'stopped' | 'already-finished' | 'disk' | 'output-closed'
    >();
    expectTypeOf<BatchOutcome['counts']['ok']>().toEqualTypeOf<number>();
    expectTypeOf<BatchOutcome['error']>().toEqualTypeOf<ManyfetchError | null>();
    expectTypeOf<BatchProgress['etaMs']>().toEqualTypeOf<number | null>();
    // A record that was skipped is ok and has no status.
    expectTypeOf<Extract<BatchResult, { result: 'ok' }>['status']>().toEqualTypeOf<number | null>();
  });

  test('throws errors of one tree', () => {
    expectTypeOf<UsageError>().toExtend<ManyfetchError>();
    expectTypeOf<ManyfetchError['code']>().toEqualTypeOf<ErrorCode>();
    expectTypeOf<ManyfetchError['hint']>().toEqualTypeOf<string | null>();
  });
});

test('the compiler finds nothing wrong with all that', async () => {
  const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
  const project = join(import.meta.dirname, 'tsconfig.json');
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', project]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
});
