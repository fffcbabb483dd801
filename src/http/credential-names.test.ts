import { expect, test } from 'vitest';
import { namesCredential } from './credential-names.ts';
import { maskQuery } from './query-credentials.ts';

test.each([
  'Authorization',
  'proxy-authorization',
  'X-Auth',
  'X-Authentication',
  'Cookie',
  'Set-Cookie',
  'X-Session',
  'sessionId',
  'X-Api-Signature',
  'X-Amz-Credential',
  'sig',
  'access_token',
  'client_secret',
  'db.password',
  'passwd',
  'X-Api-Key',
  'apikey',
  'apiKeyId',
  'key',
  'accountKey',
  'Ocp-Apim-Subscription-Key',
])('%s names a credential', (name) => {
  expect(namesCredential(name)).toBe(true);
});

test.each(['Accept', 'author', 'X-Authority', 'monkey', 'keyword', 'keyboard', 'Idempotency-Key', 'X-Idempotency-Key'])(
  '%s names none',
  (name) => {
    expect(namesCredential(name)).toBe(false);
  },
);

test('the header of the idempotency key names none, whatever it is called', () => {
  expect(namesCredential('X-Request-Key', 'x-request-key')).toBe(false);
});

test.each([
  ['https://a.test/x', 'https://a.test/x'],
  ['https://a.test/token/key=1', 'https://a.test/token/key=1'],
  ['https://a.test/?q=token&author=me', 'https://a.test/?q=token&author=me'],
  ['https://a.test/?api_key=S&q=1&X-Amz-Signature=S#f', 'https://a.test/?api_key=***&q=1&X-Amz-Signature=***#f'],
  ['https://a.test/?idempotency-key=1&token=S', 'https://a.test/?idempotency-key=1&token=***'],
  ['https://a.test/?to=https://b.test/?token=S', 'https://a.test/?to=https://b.test/?token=***'],
])('%s is shown as %s', (url, shown) => {
  expect(maskQuery(url)).toBe(shown);
});
