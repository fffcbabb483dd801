// Our side of the benches: manyfetch as it is published (bin/ and the build, no sources), in a folder of
// its own, so that neither an outdated `dist` nor somebody's rebuild can get into the figures.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './measure.ts';
import { runFolder } from './work-folder.ts';

const root = join(import.meta.dirname, '..');
const app = join(runFolder, 'app');
const bin = join(app, 'bin/manyfetch.js');
// For programs that use ours as a library.
process.env['MANYFETCH_BUILD'] = join(app, 'dist/index.js');

/** Arguments that every run of ours gets besides its own. */
let further: readonly string[] = [];

/** Further arguments for every run of ours, as `--transport undici`. */
export function alsoPass(args: readonly string[]): void {
  further = args;
}

/** Builds it. */
export function buildOurs(): void {
  rmSync(app, { recursive: true, force: true });
  mkdirSync(app, { recursive: true });
  for (const part of ['package.json', 'bin']) cpSync(join(root, part), join(app, part), { recursive: true });
  const compiler = join(root, 'node_modules/.bin/tsc');
  const config = join(root, 'tsconfig.build.json');
  const built = spawnSync(compiler, ['-p', config, '--outDir', join(app, 'dist')], { cwd: root, encoding: 'utf8' });
  if (!existsSync(bin) || !existsSync(join(app, 'dist/cli/main.js'))) throw new Error(`no build: ${built.stdout}`);
  if (built.status !== 0)
    process.stderr.write('bench: the build has type errors (npm run build shows them); measuring it all the same\n');
}

/** `manyfetch` with arguments. */
export function ours(...args: string[]): Command {
  return { program: process.execPath, args: [bin, ...args] };
}

/** The whole job: each record of a file as a POST, each answer a line of `output`. */
export function ourJob(input: string, output: string, url: string, concurrency: number): Command {
  const sending = ['--url', url, '--record-as-json', '-c', String(concurrency), '--progress', 'none'];
  return ours('run', input, '-o', output, ...sending, ...further);
}

/** Removes a run: its results and its journal. */
export function removeRun(output: string): void {
  for (const path of [output, `${output}.run`]) rmSync(path, { recursive: true, force: true });
}
