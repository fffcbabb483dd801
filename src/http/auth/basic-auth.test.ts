// Basic authentication, and functions that stand for themselves.

import { expect, test } from 'vitest';
import { type Auth, toAuth } from './auth.ts';
import { basicAuth } from './basic-auth.ts';

const request = { method: 'GET', url: 'http://127.0.0.1/', body: null };

test('RFC 7617, 2 and 2.1', async () => {
  expect(await basicAuth('Aladdin', 'open sesame').authorize(request)).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  expect(await basicAuth('test', '123£').authorize(request)).toBe('Basic dGVzdDoxMjPCow==');
  expect(await basicAuth('', 'a:b').authorize(request)).toBe(`Basic ${btoa(':a:b')}`);
});

test.each([
  ['us:er', 'secret'],
  ['user\n', 'secret'],
  ['user', 'secret\r'],
  ['user', undefined],
])('%j and its password cannot be sent, and are not shown', (user, password) => {
  const made = (): Auth => basicAuth(user, password as string);
  expect(made).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.not.stringMatching(/us:er|secret/) }),
  );
});

test('a function is as good as an object; what is neither is refused unseen', async () => {
  const own = basicAuth('u', 'p');
  expect(toAuth(own)).toBe(own);
  expect(await toAuth(({ method }) => `Own ${method}`).authorize(request)).toBe('Own GET');
  expect(() => toAuth('user:secret' as never)).toThrow(/^`auth` is neither a function nor what [^:]*$/);
});
