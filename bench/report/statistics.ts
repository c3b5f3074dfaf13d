// Medians and spreads of a few rounds.

export type Spread = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
};

/** The middle one, or the mean of the middle two; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const below = sorted[(sorted.length - 1) >> 1];
  const above = sorted[sorted.length >> 1];
  return below === undefined || above === undefined ? undefined : (below + above) / 2;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const middle = median(values);
  if (middle === undefined) return undefined;
  return { median: middle, min: Math.min(...values), max: Math.max(...values) };
}

/** From the least to the largest, in parts of the median; 0 of one round. */
export function relativeRange({ median: middle, min, max }: Spread): number {
  return middle === 0 ? 0 : (max - min) / middle;
}

/** The mean of ratios: twice and half are 1 together. Undefined of none. */
export function geometricMean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
