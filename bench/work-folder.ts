// Where a bench keeps inputs, outputs and its build. Ignored by git; may be removed at any time.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const workFolder = join(import.meta.dirname, '.work');
mkdirSync(workFolder, { recursive: true });
