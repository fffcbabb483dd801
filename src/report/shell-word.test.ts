// A real shell reads the words back.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from './shell-word.ts';

const plain = ['orders.jsonl', '/data/a-b_c/x+1.csv', 'a=b:c,d@e%'];
const quoted = [
  '',
  "it's here.jsonl",
  'a b',
  '$HOME',
  '`id`',
  'a\\b',
  '"x"',
  '*',
  '~',
  'a;b',
  '!x',
  'tab\there',
  'ü',
  "''",
];

test('a shell reads back what was given', () => {
  const all = [...plain, ...quoted];
  const script = `printf '%s\\0' ${all.map(shellWord).join(' ')}`;
  const read = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
  expect(read.split('\0').slice(0, -1)).toEqual(all);
});

test('what needs no quotes has none', () => {
  expect(plain.map(shellWord)).toEqual(plain);
  expect(shellWord("it's")).toBe(String.raw`'it'\''s'`);
});
