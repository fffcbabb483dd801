import { afterAll, beforeAll, expect, test } from 'vitest';

import { ask } from '../../testing/ask.ts';
import { startTarget, type Target } from '../start-target.ts';

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

/** Where a path leads, and with which statuses on the way. */
async function followed(path: string): Promise<(number | string | null)[]> {
  const way: (number | string | null)[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const { status, headers } = await ask(target.url + next);
    way.push(status);
    if (headers.location !== undefined) way.push(headers.location);
    next = headers.location;
  }
  return way;
}

test('so many redirects lead to a greeting', async () => {
  expect(await followed('/redirect/3')).toEqual([
    302,
    '/redirect/2',
    302,
    '/redirect/1',
    302,
    '/hello/redirected',
    200,
  ]);
  expect(await followed('/redirect/0')).toEqual([200]);
});

test.each([301, 302, 303, 307, 308])('all of them with status %i, if asked for', async (status) => {
  const query = `?status=${status}`;
  expect(await followed(`/redirect/2${query}`)).toEqual([
    status,
    `/redirect/1${query}`,
    status,
    '/hello/redirected',
    200,
  ]);
});

test('one redirect leads anywhere, however bad that place is', async () => {
  const location = async (url: string): Promise<string | undefined> =>
    (await ask(`${target.url}/redirect-to?url=${encodeURIComponent(url)}&status=308`)).headers.location;
  for (const url of ['https://example.com/a?b=c#d', 'ftp://example.com/', '//[bad', 'http:///', '%zz']) {
    expect(await location(url)).toBe(url);
  }
  expect(await location('/ü x\r\nX-Evil: 1')).toBe('/%C3%BC%20x%0D%0AX-Evil:%201');
  expect((await ask(`${target.url}/redirect-to?url=/a&status=308`)).status).toBe(308);
  expect((await ask(`${target.url}/redirect-to`)).status).toBe(400);
  expect((await ask(`${target.url}/redirect-to?url=/a&status=200`)).status).toBe(400);
});
