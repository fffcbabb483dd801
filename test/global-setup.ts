// Runs once before the tests. The command prefers a build over the sources, so a build that is older
// than its sources would be tested in their place: it is removed. It builds nothing. What Node makes of the sources is kept for
// the many processes and threads that tests start, and for the next time: they start in half the time. It is made by a run that
// ends, before there are many that do not know it yet, some of which are killed and keep nothing.

import { execFileSync } from 'node:child_process';
import { existsSync, globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compileOnce } from './cli/manyfetch.ts';

const root = join(import.meta.dirname, '..');
const cache = compileOnce.NODE_COMPILE_CACHE;

process.env['NODE_COMPILE_CACHE'] ??= cache;

/** Removes `dist` if a source is newer than it, and has the sources compiled if they never were. */
export function setup(): void {
  removeOldBuild();
  if (existsSync(cache)) return;
  const words = ['run', '-', '-o', '-', '--rehearse', '--quiet'];
  const env = { ...process.env, ...compileOnce };
  execFileSync(process.execPath, [join(root, 'bin/manyfetch.js'), ...words], {
    input: '{"url":"http://a.test/"}\n',
    env,
  });
}

function removeOldBuild(): void {
  const built = statSync(join(root, 'dist/cli/main.js'), { throwIfNoEntry: false });
  if (built === undefined) return;
  const newest = Math.max(...globSync('src/**/*.ts', { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs));
  if (newest > built.mtimeMs) rmSync(join(root, 'dist'), { recursive: true, force: true });
}
