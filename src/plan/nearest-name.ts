// Finds which of some names a mistyped one was probably meant to be, for hints.
// It never guesses wildly: names that share little with what was written are not offered.

/** The name with the smallest edit distance (letter case aside), or null if none is near. */
export function nearestName(wanted: string, names: Iterable<string>): string | null {
  const target = wanted.toLowerCase();
  let nearest: string | null = null;
  let least = Math.max(2, Math.ceil(target.length / 2)) + 1;
  for (const name of names) {
    const distance = editDistance(target, name.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
