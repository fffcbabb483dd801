// A redirect is followed with a permit of the origin it leads to, and costs no attempt.

import { expect, test } from 'vitest';
import { EngineBench, planned } from '../testing/engine-bench.ts';
import type { FakeAnswer } from '../testing/fake-transport.ts';

const to = (location: string, status = 302): FakeAnswer => ({ status, headMs: 1, headers: ['location', location] });
const secrets = ['authorization', 'Bearer s3cret', 'x-api-key', 'k3y', 'accept', 'text/plain'];

test('hops cost no attempt, and the place they led to is kept', async () => {
  const bench = new EngineBench({
    records: 1,
    script: ({ path }) => (path === '/0' ? to('/one') : path === '/one' ? to('http://b.test/two') : { headMs: 5 }),
  });
  await bench.run();
  expect(bench.transport.sendings.map(({ request }) => request.shownUrl)).toEqual([
    'http://a.test/0',
    'http://a.test/one',
    'http://b.test/two',
  ]);
  expect(bench.recorder.results.get(0)).toMatchObject({
    result: 'ok',
    attempts: 1,
    url: 'http://a.test/0',
    finalUrl: 'http://b.test/two',
    ms: 7,
  });
  expect(bench.events.ended.map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success']);
});

test('the timeout of an attempt includes its redirects', async () => {
  const bench = new EngineBench({
    records: 1,
    script: ({ path }) => ({ ...to(`/${Number(path.slice(1)) + 1}`), headMs: 400 }),
    engine: { timeoutMs: 1000 },
    policy: { retries: 0 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['failed timeout x1']);
  expect(bench.clock.now()).toBeGreaterThanOrEqual(1000);
  expect(bench.clock.now()).toBeLessThan(1050);
  expect(bench.events.redirected).toBe(2);
});

test.each([
  [0, 1, 'more than 0 redirects; the last one led to http://a.test/1'],
  [3, 4, 'more than 3 redirects; the last one led to http://a.test/4'],
])('%i redirects are followed, and no more', async (redirects, sent, message) => {
  const bench = new EngineBench({
    records: 1,
    script: ({ path }) => to(`/${Number(path.slice(1)) + 1}`),
    engine: { redirects },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['failed too_many_redirects x1']);
  expect(bench.recorder.results.get(0)).toMatchObject({ answer: { status: 302 }, error: { message } });
  expect(bench.transport.sendings).toHaveLength(sent);
});

test('as many redirects as are allowed lead to an answer', async () => {
  const bench = new EngineBench({
    records: 1,
    script: ({ path }) => (path === '/3' ? {} : to(`/${Number(path.slice(1)) + 1}`)),
    engine: { redirects: 3 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x1']);
});

test('a redirect to what cannot be requested fails with the answer', async () => {
  const bench = new EngineBench({ records: 1, script: () => to('ftp://files.test/x') });
  await bench.run();
  expect(bench.stories()).toEqual(['failed bad_redirect x1']);
  expect(bench.recorder.results.get(0)).toMatchObject({ answer: { status: 302 } });
});

test('credentials stay with their origin', async () => {
  const bench = new EngineBench({
    records: 1,
    plan: (index) => planned(index, 'http://a.test/0', { headers: secrets }),
    script: ({ path }) => (path === '/0' ? to('/same') : path === '/same' ? to('http://b.test/other') : {}),
  });
  await bench.run();
  expect(bench.transport.sendings.map(({ request }) => request.headers)).toEqual([
    secrets,
    secrets,
    ['accept', 'text/plain'],
  ]);
});

test('another attempt begins at the start, with its credentials and all its redirects', async () => {
  const bench = new EngineBench({
    records: 1,
    plan: (index) => planned(index, 'http://a.test/0', { headers: secrets }),
    script: ({ path }, { count }) =>
      path === '/0' ? to('/one') : path === '/one' ? to('http://b.test/two') : { status: count < 3 ? 500 : 200 },
    engine: { redirects: 2 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x2']);
  expect(bench.transport.sendings.map(({ request }) => request.path)).toEqual([
    '/0',
    '/one',
    '/two',
    '/0',
    '/one',
    '/two',
  ]);
  expect(bench.transport.sendings[3]?.request.headers).toEqual(secrets);
});

test('the limits of the origin that it leads to hold', async () => {
  const bench = new EngineBench({
    records: 20,
    concurrency: 10,
    perOrigin: 2,
    plan: (index) => planned(index, `http://from-${index}.test/start`),
    script: ({ path }) => (path === '/start' ? to('http://b.test/end', 307) : { headMs: 10 }),
  });
  await bench.run();
  expect(new Set(bench.stories())).toEqual(new Set(['ok 200 x1']));
  expect(bench.transport.mostInFlight.get('http://b.test')).toBe(2);
});

test('a server that asks to wait holds its own origin, not the one that led to it', async () => {
  const bench = new EngineBench({
    records: 2,
    concurrency: 1,
    plan: (index) => planned(index, `http://a.test/${index}`),
    script: ({ path }, { count }) => {
      if (path === '/0') return to('http://b.test/busy');
      return count === 1 ? { status: 429, headers: ['retry-after', '30'] } : {};
    },
    policy: { random: () => 0 },
  });
  await bench.run();
  expect(bench.stories()).toEqual(['ok 200 x2', 'ok 200 x1']);
  const busy = bench.sentAtMs('/busy');
  expect(busy[1]).toBeGreaterThanOrEqual((busy[0] ?? 0) + 30_000);
  expect(bench.sentAtMs('/1')[0]).toBeLessThan(100);
});

const broken: readonly (readonly [string, FakeAnswer, string])[] = [
  ['is lost', { status: null, ends: 'connection_reset' }, 'unknown response_lost x1'],
  ['cannot be asked for', { ends: 'connect_refused' }, 'unknown response_lost x1'],
  ['is a refusal', { status: 503 }, 'failed http_status x1'],
];
test.each(broken)(
  'a POST that must not be sent twice is not, if the answer that it led to %s',
  async (_name, end, story) => {
    const bench = new EngineBench({
      records: 1,
      plan: (index) => planned(index, 'http://a.test/0', { method: 'POST', body: 'x' }),
      script: ({ path }) => (path === '/0' ? to('/result', 303) : end),
      policy: { delivery: 'at-most-once' },
    });
    await bench.run();
    expect(bench.transport.sendings.filter(({ request }) => request.method === 'POST')).toHaveLength(1);
    expect(bench.stories()).toEqual([story]);
  },
);
