// Holds docs/errors.md to the table of codes, both ways: every code with its family, its meaning and
// its exit code, and no code that does not exist.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes, type ErrorFamily } from '../src/errors.ts';

const exitCodes: Readonly<Record<ErrorFamily, number>> = {
  usage: 2,
  record: 1,
  answer: 1,
  network: 1,
  timeout: 1,
  disk: 4,
};

const page = readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8');
const row = /^\| `([a-z_]+)` \| ([a-z]+) \| (.+?) \| (\d) \|/gm;

test('docs/errors.md and the table of codes say the same', () => {
  const documented = [...page.matchAll(row)].map(([, code, family, meaning, exit]) =>
    [code, family, meaning, exit].join(' | '),
  );
  const actual = Object.entries(errorCodes).map(([code, [family, meaning]]) =>
    [code, family, meaning, exitCodes[family]].join(' | '),
  );
  expect(documented.toSorted()).toEqual(actual.toSorted());
});

test('codes are words that stay readable in a results file', () => {
  for (const code of Object.keys(errorCodes)) expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
});
