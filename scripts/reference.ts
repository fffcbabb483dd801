// Writes docs/reference/ out of the docblocks of all that is public: one page an entry point. With `--check` it writes
// nothing, and fails if the pages are not what the sources say.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type PublicName, publicNames, readEntries } from './reference/entries.ts';
import { ModuleReader } from './reference/module-reader.ts';
import { notImportable } from './reference/not-importable.ts';
import { renderPage } from './reference/page.ts';

const root = join(import.meta.dirname, '..');
const pages = join(root, 'docs/reference');

interface Reference {
  /** The pages by the names of their files. */
  readonly rendered: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** @param declarations what the compiler made of `src` */
async function renderReference(declarations: string): Promise<Reference> {
  const reader = new ModuleReader();
  const entries = readEntries(root).map((entry) => {
    const path = join(declarations, entry.source.replace(/^src\//, '').replace(/\.ts$/, '.d.ts'));
    return { entry, names: publicNames(path, reader) };
  });
  // What several entry points have is described where there is the least else.
  const byLength = entries.toSorted((left, right) => left.names.length - right.names.length);
  const pageOf = (name: string): string | null => {
    const owner = byLength.find(({ names }) => names.some((each) => each.name === name));
    return owner === undefined ? null : `${owner.entry.page}.md`;
  };
  const rendered = new Map<string, string>();
  for (const { entry, names } of entries) {
    const page = await renderPage({ entry, names, pageOf, placeOf: ({ path }) => sourceOf(declarations, path) });
    rendered.set(`${entry.page}.md`, page);
  }
  return { rendered, problems: notImportable(uniqueNames(entries), reader) };
}

/** What has a name at several entry points is looked at once; what one names may be imported from another. */
function uniqueNames(entries: readonly { readonly names: readonly PublicName[] }[]): PublicName[] {
  const all = entries.flatMap(({ names }) => names);
  return [...new Map(all.map((each) => [`${each.path} ${each.name}`, each])).values()];
}

function sourceOf(declarations: string, path: string): string {
  return relative(declarations, path).replace(/\.d\.ts$/, '.ts');
}

/** One sentence for each thing that is not as it should be. */
async function main(isCheck: boolean): Promise<readonly string[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'manyfetch-reference-')));
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['-p', join(root, 'tsconfig.build.json'), '--emitDeclarationOnly', '--outDir', folder];
    // Mistakes in types are told elsewhere: the declarations are made all the same.
    spawnSync(process.execPath, [tsc, ...options], { stdio: 'ignore' });
    const { rendered, problems } = await renderReference(folder);
    const stale = [...rendered].filter(([name, text]) => existing(name) !== text);
    if (isCheck) return [...problems, ...stale.map(([name]) => `docs/reference/${name} is not what the sources say`)];
    mkdirSync(pages, { recursive: true });
    for (const [name, text] of stale) writeFileSync(join(pages, name), text);
    return problems;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function existing(name: string): string | null {
  try {
    return readFileSync(join(pages, name), 'utf8');
  } catch {
    return null;
  }
}

if (import.meta.main) {
  const problems = await main(process.argv.includes('--check'));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error('`npm run reference` writes the pages anew');
    process.exitCode = 1;
  }
}
