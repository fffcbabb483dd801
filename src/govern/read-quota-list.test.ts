import { expect, test } from 'vitest';
import { readQuotaList } from './read-quota-list.ts';

const item = { name: 'a', partition: '', units: 1, seconds: -1, unit: 'requests', limit: -1 };

test.each([
  ['"a";r=1', [item]],
  ['  "a" ;r=1', null],
  ['a;r=1', [item]],
  ['*a/b:c;r=1', [{ ...item, name: '*a/b:c' }]],
  ['"a"; r=1;  t=30', [{ ...item, seconds: 30 }]],
  [
    '"a";r=1;t=30\t, \t"b";r=2  ',
    [
      { ...item, seconds: 30 },
      { ...item, name: 'b', units: 2 },
    ],
  ],
  ['"a";r=7;r=1', [item]],
  ['"a\\"b\\\\";r=1', [{ ...item, name: 'a\\"b\\\\' }]],
  ['"a";r=1;pk=:QXBwLTk5OQ==:', [{ ...item, partition: ':QXBwLTk5OQ==:' }]],
  ['"a";x;y=?0;z=1.5;u=@99;v=%"caf%c3%a9";acme-w=tok;r=1', [item]],
  ['"a";r=1;t', []],
  ['"a";r', []],
  ['"a";t=5', []],
  ['"a";r=1, "b";r=x', [item]],
  ['5;r=1', []],
  ['"a";r=999999999999999', [{ ...item, units: 999_999_999_999_999 }]],
  ['"a";r=9999999999999999', null],
  ['"a";r=1,', null],
  ['"a";r=1 "b"', null],
  ['"a";R=1', null],
  ['"a";r=', null],
  ['"a";r =1', null],
  ['"a";r=1.2.3', null],
  ['"a', null],
  ['"a\\n";r=1', null],
  ['"ä";r=1', null],
  ['("a");r=1', null],
  ['"a";pk=:a;r=1', null],
  ['', null],
  ['x'.repeat(3000), null],
  [
    'limit=100, remaining=50, reset=5',
    [{ name: '', partition: '', units: 50, seconds: 5, unit: 'requests', limit: 100 }],
  ],
  ['remaining=0,reset=5,limit=1;w=60', [{ name: '', partition: '', units: 0, seconds: 5, unit: 'requests', limit: 1 }]],
  ['limit=100, remaining=50, reset=5.5', []],
  ['limit=100, remaining=50, reset', null],
  ['limit=100 remaining=50', null],
])('RateLimit: %s', (field, expected) => {
  expect(readQuotaList(field, 'limits')).toEqual(expected);
});

test('RateLimit-Policy has parameters of its own, and no older form that names anything', () => {
  expect(readQuotaList('"a";q=50;w=60;qu="content-bytes";r=1;t=2', 'policies')).toEqual([
    { ...item, units: 50, seconds: 60, unit: 'content-bytes' },
  ]);
  expect(readQuotaList('"a";q=50;qu=tokens', 'policies')).toEqual([]);
  expect(readQuotaList('100;w=60;comment="x", 5;w=1', 'policies')).toEqual([]);
  expect(readQuotaList('limit=100', 'policies')).toBeNull();
});

test('a list has an end', () => {
  expect(readQuotaList(Array.from({ length: 100 }, (_, i) => `p${i};r=1`).join(','), 'limits')).toHaveLength(16);
});
