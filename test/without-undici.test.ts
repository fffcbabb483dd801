// A run over the wire never loads undici, which takes longer to load than all the rest: nothing that the wire
// imports leads there, however far round.

import { expect, test } from 'vitest';
import { isTest } from './layering.ts';
import { readSourceTree, sourceFile } from './source-tree.ts';
import type { SourceFile } from './source-tree.ts';

const folders = ['dial', 'pool', 'wire', 'h2'];

function isOfWire(path: string): boolean {
  return !isTest(path) && folders.some((folder) => path.startsWith(`src/http/${folder}/`));
}

/** The ways from files that `begins` picks to undici, each as the files that it passes. */
function waysToUndici(files: readonly SourceFile[], begins: (path: string) => boolean): string[] {
  const importsByPath = new Map(files.map(({ path, imports }) => [path, imports]));
  const ways: string[] = [];
  const seen = new Set<string>();
  const trails = files.filter(({ path }) => begins(path)).map(({ path }) => [path]);
  for (let trail = trails.pop(); trail !== undefined; trail = trails.pop()) {
    const path = trail.at(-1) ?? '';
    if (seen.has(path)) continue;
    seen.add(path);
    for (const target of importsByPath.get(path) ?? []) {
      if (target === 'undici' || target.startsWith('undici/')) ways.push([...trail, target].join(' -> '));
      else trails.push([...trail, target]);
    }
  }
  return ways;
}

test('ways are seen, however far round', () => {
  const files = [
    sourceFile('src/http/pool/a.ts', `import type { B } from '../b.ts';`),
    sourceFile('src/http/b.ts', `const c = await import('./undici/c.ts');`),
    sourceFile('src/http/undici/c.ts', `import { errors } from 'undici';`),
  ];
  const ways = waysToUndici(files, (path) => path.startsWith('src/http/pool/'));
  expect(ways).toEqual(['src/http/pool/a.ts -> src/http/b.ts -> src/http/undici/c.ts -> undici']);
});

test('none leads from the wire to undici', () => {
  const tree = readSourceTree('src/**/*.ts');
  expect(tree.filter(({ path }) => isOfWire(path)).length).toBeGreaterThan(20);
  expect(waysToUndici(tree, isOfWire)).toEqual([]);
  // Errors of undici can be told by whoever knows their names.
  expect(waysToUndici(tree, (path) => path === 'src/http/undici/map-undici-error.ts')).toEqual([]);
});
