// Who goes straight never loads undici, which takes as long to load as all the rest: nothing that the wire imports leads there, however
// far round, and what does need it loads it when something is about to go over it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startTarget } from '../src/target/start-target.ts';
import { compileOnce } from './cli/manyfetch.ts';
import { isTest } from './layering.ts';
import { readSourceTree, sourceFile } from './source-tree.ts';
import type { SourceFile } from './source-tree.ts';

const run = promisify(execFile);
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

test('neither importing the library nor sending loads it, unless something goes over it', async () => {
  const target = await startTarget();
  const program = `
    import { createRequire } from 'node:module';
    import { Client, fetchMany } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    const builtin = process.moduleLoadList.filter((name) => name.includes('undici') || name === 'NativeModule tls').length;
    const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('/undici/'));
    const seen = [builtin, isLoaded()];
    for (const transport of ['wire', 'auto', 'undici']) {
      await using client = new Client({ transport });
      seen.push(isLoaded(), (await client.get('${target.url}/status/200')).status, isLoaded());
      if (transport === 'auto') for await (const { status } of fetchMany(['${target.url}/status/200'])) seen.push(status, isLoaded());
    }
    console.log(JSON.stringify(seen));`;
  // TLS takes 10 ms, and is loaded when it is wanted, too. A proxy that is not for this host may be needed yet.
  const env = { ...process.env, ...compileOnce, http_proxy: 'http://proxy.test:1' };
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env });
  const straight = [false, 200, false];
  expect(JSON.parse(stdout)).toEqual([0, false, ...straight, ...straight, 200, false, false, 200, true]);
  await target.close();
});
