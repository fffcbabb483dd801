// Sees to it that a process started here does not outlive this one, however this one ends.

import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

process.on('exit', () => {
  // Not SIGKILL: nginx could not end its worker then.
  for (const child of children) child.kill('SIGTERM');
});

/** Ends the child with this process, if it has not ended by then. */
export function endWithUs(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}
