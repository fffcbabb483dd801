// Sizes as people write them: `16MiB` (powers of 1024), `64MB` (powers of 1000), `1000B`, and a bare
// number, which can only mean bytes. Knows no option but the name it is given.

import { badOption } from './bad-option.ts';

const unitsBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * Bytes of a size.
 *
 * @param name the option, as it is to stand in the message
 * @throws UsageError `bad_option`
 * @example parseByteSize('16MiB', '`--max-record-bytes`') // 16777216
 */
export function parseByteSize(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/iu.exec(text);
  const unitBytes = unitsBytes[match?.[2]?.toLowerCase() ?? 'none'];
  if (match === null || unitBytes === undefined) throw badOption(name, 'a size such as 1000B, 64MB or 16MiB', text);
  return Math.round(Number(match[1]) * unitBytes);
}
