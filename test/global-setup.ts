// Runs once before the tests. The command prefers a build over the sources, so a build that is older
// than its sources would be tested in their place: it is removed. It builds nothing. What Node makes of the sources is kept for
// the many processes and threads that tests start, and for the next time: they start in half the time.

import { globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/compiled');

/** Removes `dist` if a source is newer than it. */
export function setup(): void {
  const built = statSync(join(root, 'dist/cli/main.js'), { throwIfNoEntry: false });
  if (built === undefined) return;
  const newest = Math.max(...globSync('src/**/*.ts', { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs));
  if (newest > built.mtimeMs) rmSync(join(root, 'dist'), { recursive: true, force: true });
}
