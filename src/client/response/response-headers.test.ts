import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Client } from '../client.ts';
import { ResponseHeaders } from './response-headers.ts';

test('headers can be looked at, each value of one that is repeated', () => {
  const headers = new ResponseHeaders(['content-type', 'text/html', 'set-cookie', 'a=1', 'set-cookie', 'b=2']);
  expect(inspect(headers)).toBe("ResponseHeaders { 'content-type': 'text/html', 'set-cookie': [ 'a=1', 'b=2' ] }");
});

test('a client shows what it does, and none of its credentials', async () => {
  await using client = new Client({ auth: () => 'Bearer s3cret', headers: { cookie: 's3cret' } });
  expect(inspect(client)).toMatch(/^Client \{\s+active: 0,/);
  expect(inspect(client, { depth: 9, showHidden: true })).not.toContain('s3cret');
});
