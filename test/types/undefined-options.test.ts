// An option that is undefined is one that was not given, for the types under `exactOptionalPropertyTypes` too: what a program was
// given by its own caller can be passed on as it is. The compiler judges the types (library-types.test.ts has it do so).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import {
  Client,
  CookieJar,
  fetchMany,
  gather,
  mapOrdered,
  mockTransport,
  Queue,
  scope,
  sleep,
  wait,
} from '../../src/index.ts';
import type {
  AcquireOptions,
  AttemptReport,
  ClientHooks,
  ClientOptions,
  CookieAttributes,
  CookieJarOptions,
  EventsOptions,
  FetchManyOptions,
  GatherOptions,
  GovernorOptions,
  HarRecorderOptions,
  LinesOptions,
  MapOptions,
  MockAnswer,
  PartLabel,
  RateLimitOptions,
  ReplayOptions,
  RequestInput,
  RequestOptions,
  RunBatchOptions,
  ScopeOptions,
  ShieldOptions,
  SleepOptions,
  SpawnOptions,
  StreamPartLabel,
  TimeoutOptions,
  WaitForOptions,
  WaitOptions,
} from '../../src/index.ts';

/** All that may be left out, given as undefined; what must be given, as it is. */
type Ungiven<Options> = {
  [Name in keyof Options]-?: Partial<Pick<Options, Name>> extends Pick<Options, Name> ? undefined : Options[Name];
};

const root = join(import.meta.dirname, '../..');

/** The options that a source declares, each as undefined. */
function ungiven(path: string): Record<string, undefined> {
  const names = readFileSync(join(root, path), 'utf8').matchAll(/^ {2}(?:readonly )?(\w+)\?:/gm);
  return Object.fromEntries([...names].map(([, name = '']) => [name, undefined]));
}

test('every option takes undefined', () => {
  expectTypeOf<Ungiven<ClientOptions>>().toExtend<ClientOptions>();
  expectTypeOf<Ungiven<RequestOptions>>().toExtend<RequestOptions>();
  expectTypeOf<Ungiven<ClientHooks>>().toExtend<ClientHooks>();
  expectTypeOf<Ungiven<FetchManyOptions>>().toExtend<FetchManyOptions>();
  expectTypeOf<Ungiven<RequestInput>>().toExtend<RequestInput>();
  expectTypeOf<Ungiven<RunBatchOptions>>().toExtend<RunBatchOptions>();
  expectTypeOf<Ungiven<ScopeOptions>>().toExtend<ScopeOptions>();
  expectTypeOf<Ungiven<SpawnOptions>>().toExtend<SpawnOptions>();
  expectTypeOf<Ungiven<ShieldOptions>>().toExtend<ShieldOptions>();
  expectTypeOf<Ungiven<GatherOptions>>().toExtend<GatherOptions>();
  expectTypeOf<Ungiven<MapOptions>>().toExtend<MapOptions>();
  expectTypeOf<Ungiven<WaitForOptions>>().toExtend<WaitForOptions>();
  expectTypeOf<Ungiven<WaitOptions>>().toExtend<WaitOptions>();
  expectTypeOf<Ungiven<TimeoutOptions>>().toExtend<TimeoutOptions>();
  expectTypeOf<Ungiven<SleepOptions>>().toExtend<SleepOptions>();
  expectTypeOf<Ungiven<AcquireOptions>>().toExtend<AcquireOptions>();
  expectTypeOf<Ungiven<RateLimitOptions>>().toExtend<RateLimitOptions>();
  expectTypeOf<Ungiven<GovernorOptions>>().toExtend<GovernorOptions>();
  expectTypeOf<Ungiven<AttemptReport>>().toExtend<AttemptReport>();
  expectTypeOf<Ungiven<CookieJarOptions>>().toExtend<CookieJarOptions>();
  expectTypeOf<Ungiven<CookieAttributes>>().toExtend<CookieAttributes>();
  expectTypeOf<Ungiven<PartLabel>>().toExtend<PartLabel>();
  expectTypeOf<Ungiven<StreamPartLabel>>().toExtend<StreamPartLabel>();
  expectTypeOf<Ungiven<LinesOptions>>().toExtend<LinesOptions>();
  expectTypeOf<Ungiven<EventsOptions>>().toExtend<EventsOptions>();
  expectTypeOf<Ungiven<HarRecorderOptions>>().toExtend<HarRecorderOptions>();
  expectTypeOf<Ungiven<ReplayOptions>>().toExtend<ReplayOptions>();
  expectTypeOf<Ungiven<MockAnswer>>().toExtend<MockAnswer>();
});

test('a client takes them for not given', async () => {
  const options = ungiven('src/client/client-options.ts');
  expect(Object.keys(options).length).toBeGreaterThan(30);
  const { json: _json, form: _form, multipart: _multipart, body: _body, signal: _signal, ...ofClient } = options;
  const hooks = ungiven('src/client/client-hooks.ts');
  const transport = mockTransport(() => ({ ...ungiven('src/http/mock/mock-answer.ts'), text: 'here' }));
  await using client = new Client({ ...ofClient, hooks, transport });
  const { json, form, multipart, body, signal } = options;
  const ofRequest = { json, form, multipart, body, signal, timeoutMs: undefined, retries: undefined, auth: undefined };
  const response = await client.get('http://a.example/', { ...ofRequest, headers: undefined, params: undefined });
  expect([response.status, await response.text()]).toEqual([200, 'here']);
});

test('fetchMany takes them for not given', async () => {
  const options = {
    ...ungiven('src/client/fetch-many/fetch-many-options.ts'),
    concurrency: undefined,
    retries: undefined,
  };
  const item = { ...ungiven('src/client/request-input.ts'), url: 'http://a.example/' };
  const transport = mockTransport(() => ({ text: 'here' }));
  const results = await fetchMany([item], { ...options, rate: undefined, timeoutMs: undefined, transport }).toArray();
  expect(results.map(({ result, method, attempts }) => [result, method, attempts])).toEqual([['ok', 'GET', 1]]);
});

test('tasks take them for not given', async () => {
  const options = ungiven('src/concurrency/scopes/scope-options.ts');
  const { timeoutMs, name, ...ofScope } = options;
  const waiting = { signal: undefined, clock: undefined, timeoutMs, until: undefined };
  const { done } = await scope(async (s) => {
    await s.shield(() => sleep(0, { signal: undefined, clock: undefined }), { timeoutMs });
    return wait([s.spawn(() => 1, { name, signal: undefined })], waiting);
  }, ofScope);
  expect(done.map((task) => [task.name, task.result])).toEqual([['task-1', 1]]);
  expect(await gather([() => 1], ofScope)).toEqual([1]);
  const map = { limit: 1, signal: undefined, deadlineMs: undefined, clock: undefined };
  expect(await mapOrdered([1], (n) => n + 1, map).toArray()).toEqual([2]);
  const queue = new Queue<number>(1);
  await queue.put(1, { signal: undefined });
  expect(await queue.get({ signal: undefined })).toBe(1);
});

test('a cookie takes them for not given', () => {
  const jar = new CookieJar({ clock: undefined });
  jar.set('http://a.example/', 'n', 'v', {
    domain: undefined,
    path: undefined,
    secure: undefined,
    expiresMs: undefined,
  });
  expect(jar.header('http://a.example/')).toBe('n=v');
});
