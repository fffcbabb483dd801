// Runs the programs in the guides as a reader would: each block that imports the library and says what it prints
// (`// prints …`, in order) must print that, and nothing else, and leave nothing behind. `http://127.0.0.1:8080` is the
// stand-in service.

import { fork } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTarget } from '../src/target/start-target.ts';
import { compileOnce } from './cli/manyfetch.ts';
import type { ExampleRun } from './docblock-examples/run-examples.ts';

const root = join(import.meta.dirname, '..');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'manyfetch-docs-')));

const entryPoints: Readonly<Record<string, string>> = {
  manyfetch: join(root, 'src/index.ts'),
  'manyfetch/concurrency': join(root, 'src/concurrency/index.ts'),
  'manyfetch/executors': join(root, 'src/executors/index.ts'),
  'manyfetch/streams': join(root, 'src/streams/index.ts'),
};

/** The programs of each guide that has any, by its name. */
const guides = globSync('docs/*.md', { cwd: root })
  .toSorted()
  .map((path) => ({ page: basename(path), programs: programsOf(readFileSync(join(root, path), 'utf8')) }))
  .filter(({ programs }) => programs.length > 0);

function programsOf(page: string): string[] {
  return [...page.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, code = '']) => code)
    .filter((code) => /from 'manyfetch(?:\/\w+)?'/.test(code) && code.includes('// prints '));
}

function fileOf(page: string, ordinal: number): string {
  return join(folder, `${page}-${ordinal}.mts`);
}

const runs = new Map<string, ExampleRun>();

beforeAll(async () => {
  const target = await startTarget();
  const files: string[] = [];
  for (const { page, programs } of guides) {
    for (const [ordinal, code] of programs.entries()) {
      const file = fileOf(page, ordinal);
      const placed = code
        .replaceAll('http://127.0.0.1:8080', target.url)
        .replace(/from '(manyfetch(?:\/\w+)?)'/g, (whole, name: string) => `from '${entryPoints[name] ?? whole}'`);
      writeFileSync(file, placed);
      files.push(file);
    }
  }
  const child = fork(join(import.meta.dirname, 'docblock-examples/run-examples.ts'), files, {
    env: { ...process.env, ...compileOnce },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    timeout: 25_000,
  });
  child.on('message', (run: ExampleRun) => runs.set(run.file, run));
  await new Promise((resolve) => child.once('close', resolve));
  await target.close();
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test('the guides have programs', () => {
  expect(guides.map(({ page }) => page)).toEqual(
    expect.arrayContaining(['concurrency.md', 'library.md', 'streams.md']),
  );
});

describe.each(guides)('the programs of $page', ({ page, programs }) => {
  test.each(programs.map((code, ordinal) => [ordinal + 1, code] as const))('number %i', (number, code) => {
    const run = runs.get(fileOf(page, number - 1));
    expect(run?.error, 'undefined: it never ended, or what ran before it did not').toBe('');
    expect(run?.lines).toEqual([...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, text]) => text));
    expect(run?.left, 'it leaves behind what keeps a process from ending').toEqual([]);
  });
});
