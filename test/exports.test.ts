// Holds the entry points: a sorted list of what is public, each name from one place, and no logic. What a smaller one
// exports the whole library exports too.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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

/** What can be imported, by the path under the name of the package. */
const entryPoints = {
  '.': 'src/index.ts',
  './concurrency': 'src/concurrency/index.ts',
  './executors': 'src/executors/index.ts',
  './streams': 'src/streams/index.ts',
};

function statementsOf(path: string): { code: string; statements: ExportStatement[] } {
  const { code } = readSourceTree(path)[0] ?? sourceFile(path, '');
  return { code, statements: exportsOf(code) };
}

test('the package exports its entry points, and nothing else of ours', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
    exports: Record<string, unknown>;
  };
  const built = Object.entries(entryPoints).map(([name, path]) => {
    const file = `./${path.replace(/^src/, 'dist').replace(/\.ts$/, '')}`;
    return [name, { types: `${file}.d.ts`, default: `${file}.js` }];
  });
  expect(manifest.exports).toEqual({ ...Object.fromEntries(built), './package.json': './package.json' });
});

describe.each(Object.values(entryPoints))('%s', (path) => {
  const { code, statements } = statementsOf(path);
  const names = statements.flatMap((entry) => entry.names);

  test('holds nothing but exports from files', () => {
    expect(statements.length).toBeGreaterThan(0);
    expect(code.replace(statement, '').trim()).toBe('');
  });

  test('has its statements sorted by file, and the names of each by name', () => {
    const files = statements.map((entry) => entry.from);
    expect(files).toEqual(sorted(files));
    for (const entry of statements) {
      const own = entry.names.map(({ name }) => name);
      expect({ from: entry.from, names: own }).toEqual({ from: entry.from, names: sorted(own) });
    }
  });

  test('has each name from one place', () => {
    const all = names.map(({ name }) => name);
    expect(sorted(all)).toEqual(sorted([...new Set(all)]));
  });

  test('lists what runs', async () => {
    const values = names.filter(({ isType }) => !isType).map(({ name }) => name);
    const loaded: object = await import(new URL(`../${path}`, import.meta.url).href);
    expect(sorted(Object.keys(loaded))).toEqual(sorted(values));
  });
});

test.each(['concurrency', 'streams'] as const)(
  'what manyfetch/%s exports manyfetch exports too, and no more of that folder',
  (folder) => {
    const own = statementsOf(entryPoints[`./${folder}`]).statements;
    const whole = statementsOf(entryPoints['.']).statements;
    const prefix = `./${folder}/`;
    const ofFolder = whole
      .filter(({ from }) => from.startsWith(prefix))
      .map(({ from, names }) => ({ from: from.replace(prefix, './'), names }));
    expect(ofFolder).toEqual(own);
  },
);
