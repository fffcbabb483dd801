// Where a bench keeps things. Ignored by git; may be removed at any time.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What is kept: inputs, peers, reports. */
export const workFolder = join(import.meta.dirname, '.work');

/** What belongs to this process: its build, outputs, target. Several benches may run in one checkout. */
export const runFolder = join(workFolder, `run-${process.pid}`);

mkdirSync(runFolder, { recursive: true });
process.on('exit', () => rmSync(runFolder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
// Compiled code of builds that are gone is of no use to anybody.
process.env['NODE_COMPILE_CACHE'] = join(runFolder, 'compiled');
