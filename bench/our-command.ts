// Our side of the benches: manyfetch as it is published (bin/ and the build, no sources), in a folder of
// its own, so that neither an outdated `dist` nor somebody's rebuild can get into the figures.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './measure.ts';
import { runFolder } from './work-folder.ts';

const root = join(import.meta.dirname, '..');
const app = join(runFolder, 'app');
/** Arguments that every run of ours gets besides its own. */
let further: readonly string[] = [];

/** Further arguments for every run of ours, as `--transport undici`. */
export function alsoPass(args: readonly string[]): void {
  further = args;
}

/** For programs that use ours as a library: `--transport undici` is the option `transport`. */
export function libraryEnvironment(): Readonly<Record<string, string>> {
  const options = Object.fromEntries(
    further.flatMap((word, place) => (word.startsWith('--') ? [[word.slice(2), further[place + 1]]] : [])),
  );
  return { MANYFETCH_BUILD: join(app, 'dist'), MANYFETCH_OPTIONS: JSON.stringify(options) };
}

/** Builds this checkout. */
export function buildOurs(): void {
  buildFrom(root, app);
}

/** Puts the package of a folder into another: built, if it is a checkout. Its dependencies are those of this one. */
export function buildFrom(folder: string, into: string): string {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  for (const part of ['package.json', 'bin']) cpSync(join(folder, part), join(into, part), { recursive: true });
  const config = join(folder, 'tsconfig.build.json');
  if (existsSync(config)) {
    const compiler = join(root, 'node_modules/.bin/tsc');
    const args = ['-p', config, '--outDir', join(into, 'dist')];
    const built = spawnSync(compiler, args, { cwd: folder, encoding: 'utf8' });
    if (built.status !== 0)
      process.stderr.write('bench: the build has type errors (npm run build shows them); measuring it all the same\n');
  } else cpSync(join(folder, 'dist'), join(into, 'dist'), { recursive: true });
  if (!existsSync(join(into, 'dist/cli/main.js'))) throw new Error(`${folder} gives no build`);
  return into;
}

/** `manyfetch` with arguments, of this checkout or of the build in a folder. */
function ours(args: readonly string[], build = app): Command {
  return { program: process.execPath, args: [join(build, 'bin/manyfetch.js'), ...args] };
}

/** `manyfetch --version`. */
export const ourVersion = (): Command => ours(['--version']);

/** The whole job: each record of a file as a POST, each answer a line of `output`. */
export function ourJob(input: string, output: string, url: string, concurrency: number, build = app): Command {
  const sending = ['--url', url, '--record-as-json', '-c', String(concurrency), '--progress', 'none'];
  return ours(['run', input, '-o', output, ...sending, ...further], build);
}

/** The stand-in service, at any port: it says at which. */
export const ourTarget = (): Command => ours(['target', '--port', '0']);

/** Removes a run: its results and its journal. */
export function removeRun(output: string): void {
  for (const path of [output, `${output}.run`]) rmSync(path, { recursive: true, force: true });
}
