import { afterEach, beforeEach, expect, test } from 'vitest';

import { ask, askJson } from '../testing/ask.ts';
import { askRaw } from '../testing/ask-raw.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { until } from '../testing/until.ts';
import { startTarget, type Target } from './start-target.ts';

let target: Target;
beforeEach(async () => {
  target = await startTarget();
});
afterEach(() => target.close());

test('an unknown path is 404, and says where to look', async () => {
  const asked = await ask(`${target.url}/nowhere/at/all?x=1`);
  expect(asked.status).toBe(404);
  expect(JSON.parse(asked.body.toString())).toEqual({
    error: 'not_found',
    message: 'there is no /nowhere/at/all here',
    hint: 'GET / lists the paths',
  });
  expect((await ask(`${target.url}/__proto__`)).status).toBe(404);
});

test('a number that is none is 400, and names the value and the range', async () => {
  const asked = await ask(`${target.url}/delay/soon`);
  expect(asked.status).toBe(400);
  expect(JSON.parse(asked.body.toString())).toMatchObject({
    message: 'the delay in seconds is "soon", which is not a number from 0 to 86400',
  });
  for (const path of [
    '/status/99',
    '/status/1000',
    '/delay/-1',
    '/delay/Infinity',
    '/delay/1e3',
    '/drip/3?ms=x',
    '/rate/0',
  ]) {
    expect([path, (await ask(`${target.url}${path}`)).status]).toEqual([path, 400]);
  }
});

test('any method goes, and a body of any size is read before the answer', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']) {
    const asked = await ask(`${target.url}/hello/you`, { method, body: Buffer.alloc(2_000_000) });
    expect([method, asked.status, asked.error]).toEqual([method, 200, null]);
  }
  const head = await ask(`${target.url}/hello/you`, { method: 'HEAD' });
  expect([head.status, head.body.length, Number(head.headers['content-length'])]).toEqual([200, 0, 39]);
  expect(target.stats().byMethod).toMatchObject({ PUT: 1, QUERY: 1, HEAD: 1 });
});

test('a request counts from its head on, before its body is there', async () => {
  const half = askRaw(
    target.port,
    'POST /hello/you HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nIdempotency-Key: k\r\n\r\n1',
  );
  await until(() => target.stats().total === 1);
  expect(target.stats()).toMatchObject({ completed: 0, byStatus: {}, inFlight: { now: 1 }, keys: { distinct: 1 } });
  await target.close();
  await half;
  expect(target.stats()).toMatchObject({ completed: 0, inFlight: { now: 0, maximum: 1 } });
});

test('pipelined requests are over when their connection ends, also those that wait for their turn', async () => {
  const { ending } = await askRaw(
    target.port,
    `${'GET /silent HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(30)}garbage\r\n\r\n`,
  );
  expect(ending).toMatch(/end|ECONNRESET/);
  await until(() => target.stats().inFlight.now === 0);
  expect(target.stats()).toMatchObject({ total: 30, completed: 0, inFlight: { maximum: 30 } });
});

test('the whole URL is taken as a proxy would take it', async () => {
  const { text } = await askRaw(target.port, 'GET http://example.com/hello/you HTTP/1.0\r\n\r\n');
  expect(text).toContain('Hello, you!');
});

test('the service has one rate for all paths, if that is asked for', async () => {
  const clock = new FakeClock();
  await target.close();
  target = await startTarget({ rate: 2, clock });
  const statuses: (number | null)[] = [];
  for (const path of ['/hello/a', '/hello/b', '/hello/c']) statuses.push((await ask(target.url + path)).status);
  expect(statuses).toEqual([200, 200, 429]);
  clock.advance(500);
  expect((await ask(`${target.url}/hello/d`)).status).toBe(200);
  const refused = await ask(`${target.url}/hello/e`);
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
  expect(await askJson(`${target.url}/stats`)).toMatchObject({ byStatus: { 200: 3, 429: 2 } });
});
