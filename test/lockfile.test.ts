// Holds package-lock.json to what `npm ci` accepts on every platform, not only on the one it was made on.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingFromLock } from '../scripts/complete-lock.ts';

test('package-lock.json has an entry for every optional dependency (else run: npx node scripts/complete-lock.ts)', () => {
  const incomplete = { packages: { '': {}, 'node_modules/a': { optionalDependencies: { 'a-linux-x64': '1.0.0' } } } };
  expect(missingFromLock(incomplete).map(({ path }) => path)).toEqual(['node_modules/a-linux-x64']);
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
  expect(missingFromLock(lock).map(({ path }) => path)).toEqual([]);
});
