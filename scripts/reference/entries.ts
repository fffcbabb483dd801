// The entry points of the package, and all that is public at each. They are read out of package.json, so that a new one is
// found by itself.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from './described.ts';
import type { Described } from './described.ts';
import type { ModuleReader } from './module-reader.ts';

export interface Entry {
  /** What is imported: `manyfetch/concurrency`. */
  readonly specifier: string;
  /** Its source, relative to the project. */
  readonly source: string;
  /** The name of its page, without `.md`. */
  readonly page: string;
}

/** One public name. */
export interface PublicName extends Described {
  /** Only its type is exported. */
  readonly isTypeOnly: boolean;
}

/** The entry points, the main one first. @param root the folder of the project */
export function readEntries(root: string): Entry[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  return Object.entries(manifest.exports).flatMap(([key, target]) => {
    if (typeof target === 'string') return [];
    return [
      {
        specifier: key.replace(/^\./, manifest.name),
        source: target.types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts'),
        page: key === '.' ? manifest.name : key.slice(2).replaceAll('/', '-'),
      },
    ];
  });
}

/** All that a module exports, sorted by name. @throws if something is declared outside the project */
export function publicNames(path: string, reader: ModuleReader): PublicName[] {
  const exported = reader.exportsOf(path);
  return [...exported]
    .toSorted(([left], [right]) => left.localeCompare(right, 'en'))
    .map(([name, isTypeOnly]) => {
      const found = reader.find(path, name);
      if (found === null) throw new Error(`${path} exports ${name}, and where it was declared cannot be found`);
      return { ...describe(found, reader, (other) => exported.has(other)), name, isTypeOnly };
    });
}
