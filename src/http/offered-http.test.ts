// Holds that HTTP/2 is offered on nghttp2 only.

import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { offeredHttp } from './offered-http.ts';

const node = { node: '24.0.0', nghttp2: '1.65.0' };
const other = { node: '24.0.0' };

test('on nghttp2 what was asked for is offered', () => {
  expect((['1.1', '2', 'auto'] as const).map((http) => offeredHttp(http, node))).toEqual(['1.1', '2', 'auto']);
  expect(offeredHttp(undefined, node)).toBe('auto');
  expect(offeredHttp()).toBe('auto');
});

test('elsewhere it is HTTP/1.1, and to insist on HTTP/2 is refused', () => {
  expect([offeredHttp('1.1', other), offeredHttp('auto', other), offeredHttp(undefined, other)]).toEqual(
    Array.from({ length: 3 }, () => '1.1'),
  );
  expect(() => offeredHttp('2', other)).toThrow(UsageError);
});
