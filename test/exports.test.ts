// Holds src/index.ts: a sorted list of what is public, each name from one place, and no logic.

import { expect, test } from 'vitest';
import { sourceFile, readSourceTree } from './source-tree.ts';

const statement = /^export (type )?\{([^}]*)\} from '(\.\/[^']+\.ts)';\n?/gm;

interface PublicName {
  readonly name: string;
  readonly isType: boolean;
}

interface ExportStatement {
  readonly from: string;
  readonly names: readonly PublicName[];
}

function exportsOf(code: string): ExportStatement[] {
  return [...code.matchAll(statement)].map(([, type, names, from]) => ({
    from: from ?? '',
    names: (names ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry) => ({
        name: entry.replace(/^type /, '').replace(/^.* as /, ''),
        isType: type !== undefined || entry.startsWith('type '),
      })),
  }));
}

/** Upper and lower case sort together, as people read lists. */
function sorted(names: readonly string[]): string[] {
  return names.toSorted((left, right) => left.localeCompare(right, 'en'));
}

const index = readSourceTree('src/index.ts')[0] ?? sourceFile('src/index.ts', '');
const statements = exportsOf(index.code);
const names = statements.flatMap((entry) => entry.names);

test('index.ts holds nothing but exports from files', () => {
  expect(statements.length).toBeGreaterThan(0);
  expect(index.code.replace(statement, '').trim()).toBe('');
});

test('its statements are sorted by file, and the names of each by name', () => {
  const files = statements.map((entry) => entry.from);
  expect(files).toEqual(sorted(files));
  for (const entry of statements) {
    const own = entry.names.map(({ name }) => name);
    expect({ from: entry.from, names: own }).toEqual({ from: entry.from, names: sorted(own) });
  }
});

test('each name comes from one place', () => {
  const all = names.map(({ name }) => name);
  expect(sorted(all)).toEqual(sorted([...new Set(all)]));
});

test('what runs is what is listed', async () => {
  const values = names.filter(({ isType }) => !isType).map(({ name }) => name);
  const loaded: object = await import(new URL('../src/index.ts', import.meta.url).href);
  expect(sorted(Object.keys(loaded))).toEqual(sorted(values));
});
