// Writes docs/reference/ out of the docblocks of all that is public: one page an entry point. With `--check` it writes
// nothing, and fails if the pages are not what the sources say.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { publicNames, readEntries } from './reference/entries.ts';
import { ModuleReader } from './reference/module-reader.ts';
import { renderPage } from './reference/page.ts';

const root = join(import.meta.dirname, '..');
const pages = join(root, 'docs/reference');

/** The pages by the names of their files. @param declarations what the compiler made of `src` */
export async function renderReference(declarations: string): Promise<Map<string, string>> {
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
  return rendered;
}

function sourceOf(declarations: string, path: string): string {
  return relative(declarations, path).replace(/\.d\.ts$/, '.ts');
}

async function main(isCheck: boolean): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'manyfetch-reference-')));
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['-p', join(root, 'tsconfig.build.json'), '--emitDeclarationOnly', '--outDir', folder];
    // Mistakes in types are told elsewhere: the declarations are made all the same.
    spawnSync(process.execPath, [tsc, ...options], { stdio: 'ignore' });
    const rendered = await renderReference(folder);
    if (!isCheck) mkdirSync(pages, { recursive: true });
    for (const [name, text] of rendered) {
      if (!isCheck) writeFileSync(join(pages, name), text);
      else if (existing(name) !== text) {
        console.error(`docs/reference/${name} is not what the sources say: run \`npm run reference\``);
        process.exitCode = 1;
      }
    }
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

if (import.meta.main) await main(process.argv.includes('--check'));
