// A set of ordinals as a short text: `0-4,7,9-10`. Records are settled nearly in the order in which
// they were read, so that what is still open is a handful of ranges.

/** Writes ascending ordinals as ranges. */
export function writeRanges(ordinals: Iterable<number>): string {
  let text = '';
  let first = -1;
  let last = -1;
  for (const ordinal of ordinals) {
    if (ordinal === last + 1 && first >= 0) {
      last = ordinal;
      continue;
    }
    if (first >= 0) text += `${range(first, last)},`;
    first = ordinal;
    last = ordinal;
  }
  return first < 0 ? '' : text + range(first, last);
}

function range(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

/** Reads what `writeRanges` wrote. */
export function readRanges(text: string): number[] {
  const ordinals: number[] = [];
  if (text === '') return ordinals;
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) throw new Error(`'${part}' is not a range of ordinals`);
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    for (let ordinal = first; ordinal <= last; ordinal++) ordinals.push(ordinal);
  }
  return ordinals;
}
