// Latencies of any number of requests in a fixed 18 KB, for percentiles within 1 %.
// A log-linear histogram after HdrHistogram (Gil Tene, hdrhistogram.org): every doubling of the value
// is cut into 64 equal buckets, so that a bucket is never wider than 1/64 of what it holds.
// Invariant: `count` is the sum of all buckets; recording is O(1) and allocates nothing.

const subBucketBits = 6;
const subBuckets = 2 ** subBucketBits;
/** Values are kept in microseconds; above 2^40 (12 days) they count as that. */
const largest = 2 ** 40 - 1;
const bucketCount = bucketOf(largest) + 1;

/** Percentiles of latencies, in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A range of latencies, in milliseconds, and how many fell into it. */
export interface LatencyBucket {
  readonly lowMs: number;
  readonly highMs: number;
  readonly count: number;
}

/** Counts latencies. Exact below 64 µs (to the microsecond), within 1/128 above. */
export class Histogram {
  readonly #buckets = new Float64Array(bucketCount);
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  /** The largest value, exactly; 0 if there is none. */
  get maxMs(): number {
    return this.#maxMs;
  }

  /** Counts one latency in milliseconds. What is not a number at or above 0 is left out. */
  record(ms: number): void {
    if (!(ms >= 0)) return;
    const bucket = bucketOf(Math.min(Math.round(ms * 1000), largest));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /**
   * The value that `percent` of all values do not exceed (nearest rank), in milliseconds; 0 if there is none.
   * @example histogram.percentile(99)
   */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= rank) return Math.min((lowOf(bucket) + lowOf(bucket + 1) - 1) / 2000, this.#maxMs);
    }
    return this.#maxMs;
  }

  /** The percentiles that are shown everywhere, or null if nothing was recorded. */
  percentiles(): Percentiles | null {
    if (this.#count === 0) return null;
    return { p50: this.percentile(50), p95: this.percentile(95), p99: this.percentile(99), max: this.#maxMs };
  }

  /** The buckets that hold something, in ascending order. */
  buckets(): LatencyBucket[] {
    const found: LatencyBucket[] = [];
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const count = this.#buckets[bucket] ?? 0;
      if (count > 0) found.push({ lowMs: lowOf(bucket) / 1000, highMs: lowOf(bucket + 1) / 1000, count });
    }
    return found;
  }
}

/** Below 64 µs a bucket is one microsecond; then each doubling has 64 buckets. */
function bucketOf(micros: number): number {
  if (micros < subBuckets) return micros;
  const shift = floorLog2(micros) - subBucketBits;
  return shift * subBuckets + Math.floor(micros / 2 ** shift);
}

/** The smallest number of microseconds that falls into a bucket. */
function lowOf(bucket: number): number {
  if (bucket < 2 * subBuckets) return bucket;
  const shift = Math.floor(bucket / subBuckets) - 1;
  return (bucket - shift * subBuckets) * 2 ** shift;
}

/** `Math.clz32` sees 32 bits only, and `Math.log2` is not exact near powers of two. */
function floorLog2(value: number): number {
  return value < 2 ** 31 ? 31 - Math.clz32(value) : 47 - Math.clz32(value / 2 ** 16);
}
