// Counts latencies in buckets whose width grows with the value, so that any of them is known to within 0.8 %.

/** A bucket covers at most 1/128 of its value. */
const BUCKET_BITS = 7;
const BUCKETS_OF_AN_OCTAVE = 1 << BUCKET_BITS;
/** Values are kept in tenths of a microsecond, up to 2^31 of them: 214 seconds. */
const UNITS_OF_A_MICROSECOND = 10;
const UNITS_MAX = 2 ** 31 - 1;
const OCTAVES = 31 - BUCKET_BITS + 1;

/** The buckets that hold something, in order: their number and their count. */
export type Buckets = readonly (readonly [bucket: number, count: number])[];

export class Histogram {
  count = 0;
  maxMicroseconds = 0;
  /** Of all values as they were recorded: the mean is exact. */
  sumMicroseconds = 0;
  /** Doubles, because a count can pass 2^32. */
  readonly #buckets = new Float64Array(OCTAVES * BUCKETS_OF_AN_OCTAVE);

  record(microseconds: number, count: number): void {
    const units = Math.min(Math.round(microseconds * UNITS_OF_A_MICROSECOND), UNITS_MAX);
    const bucket = bucketOf(units);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + count;
    this.count += count;
    this.sumMicroseconds += microseconds * count;
    if (microseconds > this.maxMicroseconds) this.maxMicroseconds = microseconds;
  }

  /** The latency in microseconds that `fraction` of the messages did not exceed; 0 when there are none. */
  quantile(fraction: number): number {
    const rank = fraction * this.count;
    let passed = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      passed += this.#buckets[bucket] ?? 0;
      if (passed >= rank && passed > 0) {
        return Math.min(largestMicroseconds(bucket), this.maxMicroseconds);
      }
    }
    return 0;
  }

  /** What `merge` of another one takes. */
  buckets(): Buckets {
    const filled: [number, number][] = [];
    for (const [bucket, count] of this.#buckets.entries()) {
      if (count > 0) filled.push([bucket, count]);
    }
    return filled;
  }

  /** Adds what another one counted: the sum and the largest are then known to within 0.8 %, too. */
  merge(buckets: Buckets): void {
    for (const [bucket, count] of buckets) this.record(largestMicroseconds(bucket), count);
  }

  reset(): void {
    this.count = 0;
    this.maxMicroseconds = 0;
    this.sumMicroseconds = 0;
    this.#buckets.fill(0);
  }
}

/** The largest value that a bucket counts. */
function largestMicroseconds(bucket: number): number {
  return lastValueOf(bucket) / UNITS_OF_A_MICROSECOND;
}

/** The first 256 buckets hold one value each; each octave above is cut in 128. */
function bucketOf(units: number): number {
  const shift = Math.max(0, 31 - Math.clz32(units) - BUCKET_BITS);
  return (units >> shift) + (shift << BUCKET_BITS);
}

function lastValueOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> BUCKET_BITS) - 1);
  return (bucket - (shift << BUCKET_BITS) + 1) * 2 ** shift - 1;
}
