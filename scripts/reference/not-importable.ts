// What signatures name and nobody can import: whoever writes a function around ours would have no word for its arguments.
// Constructors do not count: what has arguments of such types is made by the library.

import type { PublicName } from './entries.ts';
import type { ModuleReader } from './module-reader.ts';

/** What is inferred, or there for tests, or has the same meaning written out. */
const exceptions = new Set(['Bytes', 'OutcomesOf', 'PartContent', 'Random', 'ResultsOf']);

/** One sentence for each such type. */
export function notImportable(names: readonly PublicName[], reader: ModuleReader): string[] {
  const known = new Set([...names.map(({ name }) => name), ...exceptions]);
  return names.flatMap(({ name, path, signatures, members }) => {
    const usable = members.filter((member) => member.name !== 'constructor').map(({ signature }) => signature);
    const code = [...signatures, ...usable].join('\n').replace(/'[^']*'|"[^"]*"|\/\*[^]*?\*\//g, '');
    return [...new Set(code.match(/(?<![.\w])[A-Z]\w+/g))]
      .filter((word) => !known.has(word) && reader.find(path, word) !== null)
      .map((word) => `${name} names the type ${word}, which cannot be imported: export it`);
  });
}
