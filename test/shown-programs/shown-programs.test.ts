// Every function and class that is public has a program in its docblock. Each of these, and each program of the guides that
// says what it prints, compiles as strictly as the sources do, runs, prints what it says (`// prints …`, in order), and nothing
// else, and leaves nothing behind. One run of the compiler and two processes serve all of them; `http://127.0.0.1:8080` is the
// stand-in service.

import { execFile, fork } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesOf } from '../../scripts/reference/docblock.ts';
import { publicNames, readEntries } from '../../scripts/reference/entries.ts';
import { ModuleReader } from '../../scripts/reference/module-reader.ts';
import { startTarget } from '../../src/target/start-target.ts';
import { compileOnce } from '../cli/manyfetch.ts';
import type { ProgramRun } from './run-programs.ts';

interface Program {
  /** Its name in the library, or its page, and which of the programs of that it is. */
  readonly title: string;
  readonly file: string;
  readonly code: string;
}

const processes = 2;
const root = join(import.meta.dirname, '../..');
const entries = readEntries(root);
const reader = new ModuleReader();
const names = entries
  .flatMap(({ source }) => publicNames(join(root, source), reader))
  .filter(({ path, name }, ordinal, all) => all.findIndex((o) => o.path === path && o.name === name) === ordinal);

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'manyfetch-programs-')));
const examples = names.flatMap((described, place): Program[] =>
  [described, ...described.members.map(({ name, doc }) => ({ name: `${described.name}.${name}`, doc }))].flatMap(
    ({ name, doc }) =>
      examplesOf(doc).map(({ code }, ordinal) => ({
        title: `${name} ${ordinal + 1} (${relative(root, described.path)})`,
        // Numbered: what differs only in upper and lower case is one file to some systems.
        file: join(folder, `${place}-${name.replace(/\W+/g, '-')}-${ordinal + 1}.mts`),
        code,
      })),
  ),
);

/** Those of the guides. What imports the library and does not say what it prints is a sketch. */
const guided = globSync('docs/*.md', { cwd: root })
  .toSorted()
  .flatMap((path): Program[] =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)]
      .map(([, code = '']) => code)
      .filter((code) => /from 'manyfetch[/']/.test(code) && code.includes('// prints '))
      .map((code, ordinal) => ({
        title: `${ordinal + 1} (${path})`,
        file: join(folder, `${basename(path, '.md')}-${ordinal + 1}.mts`),
        code,
      })),
  );

const programs = [...examples, ...guided];

/** All that can be wrong with one: it shows that what is asked of the others can fail. */
const wrong: Program = {
  title: 'wrong',
  file: join(folder, 'wrong.mts'),
  code: `import { fetchMany } from 'manyfetch';
setInterval(() => {}, 10_000);
console.log(fetchMany.name);
const n: number = 'text';
throw new Error(n.toFixed(1));`,
};

const runs = new Map<string, ProgramRun>();
let compiler = '';

/** A program as it can be compiled and run here. */
function placed(code: string, url: string): string {
  return code.replaceAll('http://127.0.0.1:8080', url).replace(/from '(manyfetch[\w/-]*)'/g, (whole, specifier) => {
    const entry = entries.find((each) => each.specifier === specifier);
    return entry === undefined ? whole : `from '${join(root, entry.source)}'`;
  });
}

async function compile(): Promise<void> {
  const compilerOptions = {
    rewriteRelativeImportExtensions: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.mts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const command = [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'];
  compiler = await new Promise<string>((resolve) => {
    execFile(process.execPath, command, { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

async function runAll(files: readonly string[]): Promise<void> {
  const child = fork(join(import.meta.dirname, 'run-programs.ts'), files, {
    env: { ...process.env, ...compileOnce },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    timeout: 25_000,
  });
  child.on('message', (run: ProgramRun) => runs.set(run.file, run));
  await new Promise((resolve) => child.once('close', resolve));
}

beforeAll(async () => {
  const target = await startTarget();
  for (const { file, code } of [...programs, wrong]) writeFileSync(file, placed(code, target.url));
  const files = [...programs, wrong].map(({ file }) => file);
  const shares = Array.from({ length: processes }, (_, share) =>
    files.filter((_file, ordinal) => ordinal % processes === share),
  );
  await Promise.all([compile(), ...shares.map(runAll)]);
  await target.close();
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test('every public function and class has an example, but for classes that only have a name of their own', () => {
  const without = names
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .filter(({ kind, members }) => kind === 'function' || (kind === 'class' && members.length > 0))
    .filter(({ doc }) => examplesOf(doc).length === 0)
    .map(({ kind, name, path }) => `${kind} ${name} (${relative(root, path)}) has no @example in its docblock`);
  expect(without).toEqual([]);
  expect(examples.length).toBeGreaterThan(5);
});

function problemsOf(file: string): string[] {
  return compiler.split('\n').filter((line) => line.startsWith(`${relative(folder, file)}(`));
}

test('what is wrong with one is seen', () => {
  expect(problemsOf(wrong.file), `the compiler said: ${compiler}`).toEqual([
    expect.stringContaining("Type 'string' is not assignable to type 'number'"),
  ]);
  const run = runs.get(wrong.file);
  expect(run).toMatchObject({ lines: ['fetchMany'], left: ['Timeout'] });
  expect(run?.error).toContain('toFixed');
});

test('the guides have programs', () => {
  const pages = new Set(guided.map(({ title }) => title.replace(/^\d+ /, '')));
  expect([...pages]).toEqual(
    expect.arrayContaining(['(docs/coming-from.md)', '(docs/library.md)', '(docs/streams.md)']),
  );
});

describe('the program', () => {
  test.each(programs.map((program) => [program.title, program] as const))('%s', (_title, { file, code }) => {
    expect(code, 'it is no program of its own: it imports nothing from the library').toMatch(/from 'manyfetch[/']/);
    expect(problemsOf(file), 'it does not compile').toEqual([]);
    const run = runs.get(file);
    expect(run?.error, 'undefined: it never ended, or what ran before it did not').toBe('');
    expect(run?.lines).toEqual([...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, text]) => text));
    expect(run?.left, 'it leaves behind what keeps a process from ending: close it').toEqual([]);
  });
});
