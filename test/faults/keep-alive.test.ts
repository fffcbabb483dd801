// Servers that close a kept connection just as it is used again. Nobody can prevent that; it must cost
// nothing, and must never send twice what must not be sent twice.

import { expect, test } from 'vitest';
import { startTarget } from '../../src/target/start-target.ts';
import { answer, end, readRequest, reset, send } from '../../src/testing/scripted-server.ts';
import { startScriptedServer } from '../../src/testing/scripted-server.ts';
import { storyOf, tryRun } from './try-run.ts';

const oneByOne = { concurrency: 1, retries: 0 } as const;

test.each([
  ['closes', end],
  ['resets', reset],
])('a connection that it %s when it is used again', async (_how, ending) => {
  await using server = await startScriptedServer([readRequest, answer('hello'), readRequest, ending]);
  const records = Array.from({ length: 6 }, (_, n) => ({ url: `${server.origin}/${n}` }));
  const { rows, statistics } = await tryRun(records, oneByOne);
  expect(rows.map(storyOf)).toEqual(Array(6).fill('ok 200 x1'));
  expect([statistics.attempts, statistics.resent, statistics.retries]).toEqual([6, 5, 0]);
  expect([server.accepted, server.requests.length]).toEqual([6, 11]);
});

test('a POST is sent again under the same key, if it may be', async () => {
  await using server = await startScriptedServer([readRequest, answer('hello'), readRequest, reset]);
  const records = Array.from({ length: 2 }, () => ({ url: `${server.origin}/`, body: { n: 1 } }));
  const { rows, statistics } = await tryRun(records, oneByOne);
  expect(rows.map(storyOf)).toEqual(['ok 200 x1', 'ok 200 x1']);
  expect(statistics.resent).toBe(1);
  const [, second, third] = server.requests.map((request) => /^idempotency-key: (.*)$/im.exec(request)?.[1]);
  expect(second).toMatch(/\S/);
  expect(third).toBe(second);
});

test('a POST at most once is not: it is unknown, and the next one has a new connection', async () => {
  await using server = await startScriptedServer([readRequest, answer('hello'), readRequest, reset]);
  const records = Array.from({ length: 4 }, (_, n) => ({ url: `${server.origin}/${n}`, body: { n } }));
  const { rows, statistics } = await tryRun(records, { ...oneByOne, delivery: 'at-most-once', retries: 3 });
  expect(rows.map(storyOf)).toEqual(['ok 200 x1', 'unknown response_lost x1', 'ok 200 x1', 'unknown response_lost x1']);
  expect([statistics.resent, server.requests.length]).toEqual([0, 4]);
});

test('if a part of an answer came, it is an attempt that failed', async () => {
  await using server = await startScriptedServer((connection) =>
    connection === 0
      ? [readRequest, answer('hello'), readRequest, send('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart'), end]
      : [readRequest, answer('hello')],
  );
  const records = Array.from({ length: 2 }, () => ({ url: `${server.origin}/` }));
  const { rows, statistics } = await tryRun(records, { concurrency: 1 });
  expect(rows.map(storyOf)).toEqual(['ok 200 x1', 'ok 200 x2']);
  expect([statistics.resent, statistics.retries]).toEqual([0, 1]);
});

test('hundreds of connections that are closed right after each answer, many at a time', async () => {
  const target = await startTarget();
  try {
    const records = Array.from({ length: 300 }, (_, n) => ({ url: `${target.url}/close?n=${n}` }));
    const { rows, statistics } = await tryRun(records, { concurrency: 20, retries: 0 });
    expect(new Set(rows.map(storyOf))).toEqual(new Set(['ok 200 x1']));
    expect(target.stats().total).toBeGreaterThanOrEqual(300);
    expect(statistics.attempts).toBe(300);
  } finally {
    await target.close();
  }
});
