// The middle of some figures: what a bench reports, since one slow round says nothing.

/** The median; null of nothing. */
export function median(figures: readonly number[]): number | null {
  const sorted = figures.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
