// Holds docs/wire.md to the code: every fault of the parser and every difference of undici with its sentence, and
// none that does not exist. And both to the cases: what no case shows is not known to be so.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wireFaults } from '../src/http/wire/wire-fault.ts';
import { themes } from '../src/testing/conformance/themes.ts';
import { undiciDifferences } from '../src/testing/conformance/undici-differences.ts';
import type { Outcome } from '../src/testing/conformance/wire-case.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/wire.md'), 'utf8');
const cases = themes.flatMap((theme) => theme.cases);

/** The rows of the table below a heading. */
function tableBelow(heading: string): Record<string, string> {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return Object.fromEntries(
    [...table.matchAll(/^\| `([a-z0-9_]+)` \| (.+) \|$/gm)].map(([, name, text]) => [name, text]),
  );
}

test('docs/wire.md has the faults, and their sentences', () => {
  expect(tableBelow('Faults')).toEqual(wireFaults);
});

test('docs/wire.md has the differences of undici, and their reasons', () => {
  expect(tableBelow('Where undici differs')).toEqual(undiciDifferences);
});

test('a case shows each fault', () => {
  const shown = new Set(cases.map(({ expected }) => (expected.result === 'failed' ? expected.fault : null)));
  // No request is under way when these come.
  shown.add('unasked');
  expect(Object.keys(wireFaults).filter((name) => !shown.has(name as keyof typeof wireFaults))).toEqual([]);
});

test('a case shows each difference, and no case has one that is none', () => {
  const differing = cases.flatMap(({ name, expected, undici }) =>
    undici === null ? [] : [{ name, expected, ...undici }],
  );
  const shown = new Set(differing.map(({ because }) => because));
  expect(Object.keys(undiciDifferences).filter((name) => !shown.has(name as keyof typeof undiciDifferences))).toEqual(
    [],
  );
  expect(differing.filter(({ expected, outcome }) => asTold(expected) === asTold(outcome))).toEqual([]);
});

/** Without the names that undici does not have. */
function asTold(outcome: Outcome): string {
  return JSON.stringify(outcome.result === 'failed' ? { ...outcome, fault: null } : outcome);
}

test('there are as many cases as was promised, and no two are the same', () => {
  expect(cases.length).toBeGreaterThan(400);
  const all = cases.map(({ bytes, ending, method, maxHeaderBytes }) =>
    JSON.stringify([bytes, ending, method, maxHeaderBytes]),
  );
  expect(all.filter((one, at) => all.indexOf(one) !== at)).toEqual([]);
});
