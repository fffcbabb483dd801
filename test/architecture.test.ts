// Holds the layout: ranks, no cycles, and the countable part of the house style. Each rule is first
// shown to catch a file that breaks it, so that a rule that sees nothing cannot pass.

import { describe, expect, test } from 'vitest';
import { lengthProblems, medianLines, nameProblems, openingProblems, timeProblems } from './house-style.ts';
import { importCycles, isTest, layeringProblems, unitOf } from './layering.ts';
import { readSourceTree, sourceFile } from './source-tree.ts';

const tree = readSourceTree('src/**/*.ts');
const shipped = tree.filter(({ path }) => !isTest(path) && unitOf(path) !== 'testing');

function layering(path: string, text: string): string[] {
  return layeringProblems([sourceFile(path, text)]);
}

describe('imports', () => {
  test('are read in every form, and not out of comments or strings', () => {
    const text = [
      `import type { A } from './a.ts';`,
      `import {\n  b,\n  c,\n} from '../http/b.ts';`,
      `import './c.ts';`,
      `export { d } from './d.ts';`,
      `const e = await import('./e.ts');`,
      `const url = new URL('./f.ts', import.meta.url);`,
      `// import { g } from './g.ts';`,
      `/* import './h.ts'; */`,
      `const slashes = 'http://x'; import('./i.ts');`,
      `const pattern = /["'\`/]\\/\\//g; import('./j.ts'); // import('./k.ts')`,
      `import { z } from 'undici';`,
    ].join('\n');
    expect(sourceFile('src/plan/x.ts', text).imports.toSorted()).toEqual([
      'src/http/b.ts',
      ...['a', 'c', 'd', 'e', 'f', 'i', 'j'].map((name) => `src/plan/${name}.ts`),
      'undici',
    ]);
  });

  test('that go the wrong way are seen', () => {
    expect(layering('src/http/a.ts', `import { x } from '../plan/x.ts';`)).toEqual([
      'src/http/a.ts imports src/plan/x.ts: upwards',
    ]);
    expect(layering('src/plan/a.ts', `import type { X } from '../input/x.ts';`)).toEqual([
      'src/plan/a.ts imports src/input/x.ts: sideways',
    ]);
    expect(layering('src/target/a.ts', `import { x } from '../disk/x.ts';`)).toEqual([
      'src/target/a.ts imports src/disk/x.ts: target stands alone',
    ]);
    expect(layering('src/http/a.ts', `import { x } from '../testing/x.ts';`)).toHaveLength(1);
    expect(layering('src/novelty/a.ts', '')).toHaveLength(1);
    expect(layering('src/engine/a.ts', `import { x } from '../plan/x.ts'; import '../errors.ts';`)).toEqual([]);
    expect(layering('src/plan/a.test.ts', `import { x } from '../testing/x.ts';`)).toEqual([]);
  });

  test('go to lower ranks only', () => {
    expect(layeringProblems(tree)).toEqual([]);
  });

  test('lead to files that exist', () => {
    const known = new Set(tree.map(({ path }) => path));
    const lost = tree.flatMap(({ path, imports }) =>
      imports.filter((target) => target.startsWith('src/') && !known.has(target)).map((target) => `${path}: ${target}`),
    );
    expect(lost).toEqual([]);
  });

  test('make no cycles', () => {
    const circle = [sourceFile('src/http/a.ts', `import './b.ts';`), sourceFile('src/http/b.ts', `import './a.ts';`)];
    expect(importCycles(circle)).toEqual(['src/http/a.ts -> src/http/b.ts -> src/http/a.ts']);
    expect(importCycles(tree)).toEqual([]);
  });
});

describe('source files', () => {
  test('are short', () => {
    expect(lengthProblems([sourceFile('src/http/a.ts', '\n'.repeat(351))])).toHaveLength(1);
    expect(lengthProblems([sourceFile('src/engine/engine.ts', '\n'.repeat(251))])).toHaveLength(1);
    expect(lengthProblems(tree)).toEqual([]);
    expect(lengthProblems(readSourceTree('{test,bench,scripts,examples}/**/*.ts'))).toEqual([]);
  });

  test('are mostly below 120 lines', () => {
    expect(shipped.length).toBeGreaterThan(10);
    expect(medianLines(shipped)).toBeLessThan(120);
  });

  test('have names that say what they export', () => {
    expect(nameProblems([sourceFile('src/http/utils.ts', ''), sourceFile('src/http/fooBar.ts', '')])).toHaveLength(2);
    expect(nameProblems(tree)).toEqual([]);
  });

  test('open with what they answer for', () => {
    expect(openingProblems([sourceFile('src/http/a.ts', `import './b.ts';\n// late`)])).toHaveLength(1);
    expect(openingProblems(tree.filter(({ path }) => !isTest(path)))).toEqual([]);
  });

  test('take time and chance from their caller', () => {
    const text = `const a = Date.now();\nsetTimeout(a, 1);\nimport { b } from 'node:timers';\nnew Date(); Math.random();`;
    expect(timeProblems([sourceFile('src/http/a.ts', text)])).toHaveLength(5);
    const innocent = `// Date.now()\nsocket.setTimeout(0); new Date(atMs); clock.setTimer(5, f);`;
    expect(timeProblems([sourceFile('src/http/a.ts', innocent)])).toEqual([]);
    expect(timeProblems(tree)).toEqual([]);
  });
});
