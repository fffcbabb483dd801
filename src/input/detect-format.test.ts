import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { detectFormat } from './detect-format.ts';

test.each([
  ['a/orders.jsonl', undefined, 'jsonl', null],
  ['orders.NDJSON.GZ', undefined, 'jsonl', 'gzip'],
  ['orders.csv.zst', undefined, 'csv', 'zstd'],
  ['orders.tsv.br', undefined, 'tsv', 'brotli'],
  ['list.urls', undefined, 'txt', null],
  ['list.txt', 'csv', 'csv', null],
  ['list.log.gz', 'jsonl', 'jsonl', 'gzip'],
  ['list.log', 'json.zst', 'json', 'zstd'],
  ['-', undefined, 'jsonl', null],
  ['-', 'tsv.gz', 'tsv', 'gzip'],
])('%s with --format %s is %s, %s', (path, option, format, compression) => {
  expect(detectFormat(path, option)).toEqual({ format, compression });
});

test('a name that says nothing and a format that is unknown are refused', () => {
  expect(() => detectFormat('orders.gz')).toThrow(UsageError);
  expect(() => detectFormat('v1.2/orders')).toThrow('does not say');
  expect(() => detectFormat('a.jsonl', 'yaml')).toThrow('--format does not take "yaml"');
});
