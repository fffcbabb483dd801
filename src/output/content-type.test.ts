import { expect, test } from 'vitest';
import { ContentTypes } from './content-type.ts';

const types = new ContentTypes();

test.each([
  ['application/json', 'json', null, 'json'],
  ['application/vnd.api+json;charset=UTF-8', 'json', 'utf-8', 'json'],
  ['TEXT/HTML; Charset="Latin1"', 'text', 'latin1', 'html'],
  ['text/plain; boundary=a; charset = x', 'text', null, 'txt'],
  ['text/plain; xcharset=a; charset=b ; c=d', 'text', 'b', 'txt'],
  ['text/plain; charset=', 'text', null, 'txt'],
  ['application/atom+xml', 'text', null, 'xml'],
  ['image/svg+xml', 'text', null, 'svg'],
  ['application/x-ndjson', 'text', null, 'jsonl'],
  ['image/jpeg', 'binary', null, 'jpg'],
  ['application/octet-stream', 'binary', null, 'bin'],
  ['nonsense', 'binary', null, 'bin'],
  [' ; charset=utf-8', 'missing', null, 'bin'],
])('%s', (value, kind, charset, extension) => {
  for (let round = 0; round < 2; round++)
    expect(types.of(['date', 'd', 'content-type', value])).toEqual({ kind, charset, extension });
});

test('a header section without one', () => {
  expect(types.of(['x-type', 'content-type'])).toEqual({ kind: 'missing', charset: null, extension: 'bin' });
});

test('more types than are kept', () => {
  for (let at = 0; at < 1000; at++)
    expect(types.of(['content-type', `text/plain; charset=c${at}`]).charset).toBe(`c${at}`);
});
