import { expect, test } from 'vitest';
import { excerpt } from './excerpt.ts';

test('an excerpt is one short line around the fault', () => {
  expect(excerpt('{"a":1}', 3)).toBe('{"a":1}');
  expect(excerpt('a\nb\tc\u001b', 0)).toBe('a b c');
  const long = 'a '.repeat(100) + 'HERE' + ' b'.repeat(100);
  const found = excerpt(long, 200);
  expect(found).toContain('HERE');
  expect(found).toMatch(/^….{1,60}…$/);
});

test.each([
  ['{"headers":{"Authorization":"Bearer s3cr3t"},x}', 45],
  ['{"api_key": "s3cr3t", x}', 22],
  ['{"password":"s3cr3t"', 20],
  ['{"X-Auth":"s3cr3t",x', 18],
  ['{"session_id":"s3cr3t",x', 22],
  ['{"url":"https://user:s3cr3t@example.com/",x}', 41],
  ['1,sk_live_s3cr3tAAAABBBBCCCCDDDD1234,x"y', 38],
  [`{"token":"${'k'.repeat(50)}s3cr3t${'k'.repeat(50)}",x}`, 62],
])('%s shows no credential', (text, at) => {
  expect(excerpt(text, at)).not.toContain('s3cr3t');
});
