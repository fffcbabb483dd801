// A token: given, or asked for as seldom as can be.

import { expect, test } from 'vitest';
import { bearerAuth } from './bearer-auth.ts';

const request = { method: 'GET', url: 'http://127.0.0.1/', body: null };

/** Tokens t1, t2 …, each given when the test says so. */
function heldBack(): {
  readonly give: () => void;
  readonly source: () => Promise<string>;
  readonly asked: () => number;
} {
  const waiting: (() => void)[] = [];
  let asked = 0;
  return {
    give: () => waiting.shift()?.(),
    asked: () => asked,
    source: () => {
      asked += 1;
      const token = `t${asked}`;
      return new Promise((resolve) => {
        waiting.push(() => resolve(token));
      });
    },
  };
}

test('a token that is given goes with each request, and is not sent again when it is refused', async () => {
  const auth = bearerAuth('abc.def~1');
  expect(await auth.authorize(request)).toBe('Bearer abc.def~1');
  expect(auth.challenged?.(401, [], request.url)).toBeUndefined();
});

test('many requests ask for one token, and for one more when all are refused', async () => {
  const { give, asked, source } = heldBack();
  const auth = bearerAuth(source);
  const first = [auth.authorize(request), auth.authorize(request), auth.authorize(request)];
  give();
  expect(await Promise.all(first.map(async (header) => header))).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t1']);
  expect([
    auth.challenged?.(401, [], request.url, 'Bearer t1'),
    auth.challenged?.(200, [], request.url, 'Bearer t1'),
  ]).toEqual([true, false]);
  const second = auth.authorize(request);
  give();
  expect(await second).toBe('Bearer t2');
  // One that was on its way with the old token, and is refused after the new one came.
  expect(auth.challenged?.(401, [], request.url, 'Bearer t1')).toBe(true);
  expect(await auth.authorize(request)).toBe('Bearer t2');
  expect(asked()).toBe(2);
});

test('what the function throws fails those that wait; the next request asks again', async () => {
  const answers = [new Error('no network'), 'good'];
  const auth = bearerAuth(() => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? '';
  });
  const both = await Promise.allSettled([1, 2].map(async () => auth.authorize(request)));
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await auth.authorize(request)).toBe('Bearer good');
});

test.each(['', 'two words', 'secret\n', 'sécret'])('%j is no token, and is not shown', async (token) => {
  const refused = expect.objectContaining({ code: 'bad_option', message: expect.not.stringMatching(/secret|words/) });
  expect(() => bearerAuth(token)).toThrow(refused);
  await expect(bearerAuth(() => token).authorize(request)).rejects.toEqual(refused);
});
