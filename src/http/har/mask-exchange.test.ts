// What a recording keeps of headers, URLs and bodies, and what it does not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskBody, maskHeader, maskUrl } from './mask-exchange.ts';

test.each([
  ['Authorization', 'Bearer abc', 'Bearer ***'],
  ['authorization', 'Basic dTpw', 'Basic ***'],
  ['authorization', 'abc', '***'],
  ['x-api-key', 'abc', '***'],
  ['Cookie', 'sid=abc; theme=dark', 'sid=***; theme=***'],
  ['set-cookie', 'sid=abc; Path=/; HttpOnly', 'sid=***; Path=/; HttpOnly'],
  ['set-cookie', 'sid=a=b', 'sid=***'],
  ['set-cookie', 's3cret; Path=/', '***; Path=/'],
  ['link', '<https://a.test/?page=2&token=s3cret>; rel="next"', '<https://a.test/?page=2&token=***>; rel="next"'],
  ['refresh', '0; url=/next?sig=s3cret', '0; url=/next?sig=***'],
  ['cookie', 'sid=abc; s3cret; empty=', 'sid=***;***; empty=***'],
  ['location', 'https://u:p@api.test/cb?code=1&access_token=abc#x', 'https://api.test/cb?code=1&access_token=***'],
  ['location', '/cb?token=abc', '/cb?token=***'],
  ['referer', 'https://api.test/?api_key=abc', 'https://api.test/?api_key=***'],
  ['www-authenticate', 'Digest realm="a", nonce="n"', 'Digest realm="a", nonce="n"'],
  ['idempotency-key', 'k', 'k'],
  ['content-type', 'text/html', 'text/html'],
])('header %s: %s is kept as %s', (name, value, expected) => {
  expect(maskHeader(name, value)).toBe(expected);
});

test.each([
  ['https://user:pass@api.test/a?b=1#part', 'https://api.test/a?b=1'],
  ['https://api.test/a@b?x=u:p@c', 'https://api.test/a@b?x=u:p@c'],
  ['https://api.test/?API-Key=abc&page=2&sig=d', 'https://api.test/?API-Key=***&page=2&sig=***'],
])('URL %s is kept as %s', (url, expected) => {
  expect(maskUrl(url)).toBe(expected);
});

describe('a body', () => {
  test.each([
    ['{"user":"u","password":"p","n":1}', '{"user":"u","password":"***","n":1}'],
    [
      '{ "access_token" :\n "a\\"b\\\\", "id": 12345678901234567890 }',
      '{ "access_token" :\n "***", "id": 12345678901234567890 }',
    ],
    [
      '{"password":1234,"total_tokens":15,"token":true,"secret":null}',
      '{"password":0,"total_tokens":15,"token":true,"secret":null}',
    ],
    ['{"tokens":["a","b",{"id":"c"}],"d":"e"}', '{"tokens":["***","***",{"id":"c"}],"d":"e"}'],
    ['{"auth":{"user":"u","key":"k"},"a":"b"}', '{"auth":{"user":"u","key":"***"},"a":"b"}'],
    ['["token","a"]', '["token","a"]'],
    ['{"a":"token","b":"c"}', '{"a":"token","b":"c"}'],
    ['{"token":"cut off in the mid', '{"token":"***"'],
    ['{"token":"a"}\n{"x":1,"token":"b"}', '{"token":"***"}\n{"x":1,"token":"***"}'],
    ['{"total_tokens":[{"token":"a"},15]}', '{"total_tokens":[{"token":"***"},15]}'],
    ['{"token":[["a"]],"x":"y"}', '{"token":[["***"]],"x":"y"}'],
  ])('of JSON: %s', (text, expected) => {
    expect(maskBody(text, 'application/problem+json; charset=utf-8')).toBe(expected);
  });

  test('of events is masked as JSON is', () => {
    expect(maskBody('data: {"token":"a"}\n\n', 'text/event-stream')).toBe('data: {"token":"***"}\n\n');
  });

  test('of a form', () => {
    const type = 'application/x-www-form-urlencoded;charset=UTF-8';
    expect(maskBody('user=u&password=p%20q&x=1', type)).toBe('user=u&password=***&x=1');
  });

  test('of parts', () => {
    expect(maskBody(parts('p\r\nq'), 'multipart/form-data; boundary=b')).toBe(parts('***'));
  });

  test.each([['text/plain'], [null]])('of type %s stays as it is', (type) => {
    expect(maskBody('{"password":"p"}', type)).toBe('{"password":"p"}');
  });

  test('of any JSON stays JSON, and only secrets change', () => {
    const key = fc.constantFrom('token', 'total_tokens', 'name', 'password', 'a"b', 'x:y', '{', ']');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, false),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        expect(JSON.parse(maskBody(text, 'application/json'))).toEqual(masked(JSON.parse(text), ''));
      }),
    );
  });

  test.each([
    ['escapes', '{"token":"' + '\\"'.repeat(200_000)],
    ['quotes', 'token' + '"'.repeat(200_001)],
    ['brackets', '{"token":' + '['.repeat(200_000)],
    ['backslashes', '{"token":"' + '\\'.repeat(200_001)],
  ])('of many %s is masked in time that grows with it', (_, text) => {
    const startMs = performance.now();
    maskBody(text, 'application/json');
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

function parts(password: string): string {
  return [
    '--b',
    'Content-Disposition: form-data; name="user"',
    '',
    'u',
    '--b',
    'Content-Disposition: form-data; name="password"',
    'Content-Type: text/plain',
    '',
    password,
    '--b',
    'Content-Disposition: form-data; name="file"; filename="token.txt"',
    '',
    'content',
    '--b--',
    '',
  ].join('\r\n');
}

/** The same, said of values instead of text. @param name of the field that the value stands in, lists left out */
function masked(value: unknown, name: string): unknown {
  const isSecret = name === 'token' || name === 'password' || name === 'total_tokens';
  if (typeof value === 'string') return isSecret ? '***' : value;
  if (typeof value === 'number') return isSecret && name !== 'total_tokens' ? 0 : value;
  if (Array.isArray(value)) return value.map((item) => masked(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, key)]));
}
