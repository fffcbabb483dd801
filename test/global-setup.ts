// Runs once before the tests. The command prefers a build over the sources, so a build that is older
// than its sources would be tested in their place: it is removed. It builds nothing.

import { globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Removes `dist` if a source is newer than it. */
export function setup(): void {
  const built = statSync(join(root, 'dist/cli/main.js'), { throwIfNoEntry: false });
  if (built === undefined) return;
  const newest = Math.max(...globSync('src/**/*.ts', { cwd: root }).map((path) => statSync(join(root, path)).mtimeMs));
  if (newest > built.mtimeMs) rmSync(join(root, 'dist'), { recursive: true, force: true });
}
