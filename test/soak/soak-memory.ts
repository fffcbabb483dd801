// Whether memory was flat: the last third of the samples against the second one; the first is warming up.

/** One look at a process, after a forced collection. */
export interface MemorySample {
  readonly heapUsed: number;
  readonly rss: number;
}

/** What may come on top of a tenth: samples are taken under a load that goes up and down. */
const slackBytes = { heapUsed: 1_500_000, rss: 12_000_000 } as const;

/** What grew, as sentences; null: there are too few samples to tell. */
export function grownMemory(samples: readonly MemorySample[]): string[] | null {
  const third = Math.floor(samples.length / 3);
  if (third < 3) return null;
  return (['heapUsed', 'rss'] as const).flatMap((kind) => {
    const before = median(samples.slice(third, 2 * third).map((sample) => sample[kind]));
    const after = median(samples.slice(-third).map((sample) => sample[kind]));
    return after > before * 1.1 + slackBytes[kind] ? [`${kind} grew from ${before} to ${after} bytes`] : [];
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
