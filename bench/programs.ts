// The programs in peers/, which run in processes of their own. Those in TypeScript are compiled first: stripping
// types at their start would count as theirs.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { runFolder, workFolder } from './work-folder.ts';

const sources = join(import.meta.dirname, 'peers');
const compiled = join(runFolder, 'programs');

/** Compiles them, file by file: types are checked elsewhere. */
export function buildPrograms(): void {
  const compiler = join(import.meta.dirname, '../node_modules/.bin/tsc');
  const files = readdirSync(sources).filter((name) => extname(name) === '.ts');
  const how = '--ignoreConfig --noCheck --noResolve --verbatimModuleSyntax --rewriteRelativeImportExtensions';
  const what = `--target es2024 --module nodenext --rootDir ${sources} --outDir ${compiled}`;
  const args = [...how.split(' '), ...what.split(' '), ...files.map((name) => join(sources, name))];
  const built = spawnSync(compiler, args, { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the peers cannot be compiled: ${built.stdout}${built.stderr}`);
  // Where packages are that we compare with.
  process.env['PEER_PACKAGES'] = join(workFolder, 'peers');
}

/** The file to run of a program, by the name of its source. */
export function programFile(name: string): string {
  return extname(name) === '.ts' ? join(compiled, `${name.slice(0, -3)}.js`) : join(sources, name);
}
