// Finds the name that somebody most likely meant, for messages that say "did you mean". A suggestion
// that is far off is worse than none, so there is none beyond a third of the word's length.

/**
 * The nearest of `known` to `word` by edits (a swap of neighbours counts as one; optimal string alignment), or
 * the only one that begins with it; null if none is near.
 *
 * @example nearest('concurency', ['concurrency', 'rate']) // 'concurrency'
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  const lower = word.toLowerCase();
  const beginning: string[] = [];
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(lower, name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
    if (lower.length >= 2 && name.toLowerCase().startsWith(lower)) beginning.push(name);
  }
  return best ?? (beginning.length === 1 ? (beginning[0] ?? null) : null);
}

function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(at(current, column - 1) + 1, at(last, column) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped && row > 1 && column > 1) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
