// Loads undici when something is about to go over it: that takes as long as loading all the rest, and most programs never need it.
// At once and not by `import()`, since a transport is made and used without waiting.

import { createRequire } from 'node:module';
import type * as undiciTypes from 'undici';

type Undici = Pick<typeof undiciTypes, 'Client' | 'errors'>;

let undici: Undici | null = null;

export function loadUndici(): Undici {
  // By its file: Bun gives a stand-in without connections for the name of the package.
  undici ??= createRequire(import.meta.url)('undici/index.js') as Undici;
  return undici;
}
