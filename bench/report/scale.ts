// Axes of a plot: values in, places between 0 and 1 out, with the ticks that a person reads.

export type Scale = {
  /** 0 at the axis's begin, 1 at its end. */
  place(value: number): number;
  readonly ticks: readonly Tick[];
};

export type Tick = { readonly value: number; readonly label: string };

/** A single decade is too short to be read with one tick. */
const DECADES_FOR_POWERS = 3;
const STEPS_OF_A_DECADE = [1, 2, 5];

/** Each decade is as long as the next. All values are above 0. */
export function logScale(values: readonly number[], ticks?: readonly Tick[]): Scale {
  const least = Math.min(...values);
  const largest = Math.max(...values);
  const begin = ticks === undefined ? roundDown(least) : least;
  const end = ticks === undefined ? roundUp(largest) : largest;
  const length = Math.log10(end / begin) || 1;
  return {
    place: (value) => Math.log10(value / begin) / length,
    ticks: ticks ?? logTicks(begin, end),
  };
}

/** Percentiles as HdrHistogram draws them: from 90 to 99 is as long as from 99 to 99.9. Values are fractions below 1. */
export function percentileScale(largest: number): Scale {
  const nines = (fraction: number) => -Math.log10(1 - fraction);
  const all: readonly Tick[] = [
    { value: 0.5, label: "50 %" },
    { value: 0.9, label: "90" },
    { value: 0.99, label: "99" },
    { value: 0.999, label: "99.9" },
    { value: 0.9999, label: "99.99" },
    { value: 0.99999, label: "99.999" },
  ];
  return {
    place: (fraction) => nines(fraction) / nines(largest),
    ticks: all.filter(({ value }) => value <= largest),
  };
}

/** 1,500,000 as "1.5M". */
export function shortNumber(value: number): string {
  for (const [unit, letter] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (value >= unit) return `${Number((value / unit).toPrecision(3))}${letter}`;
  }
  return String(Number(value.toPrecision(3)));
}

function logTicks(begin: number, end: number): Tick[] {
  const decades = Math.log10(end / begin);
  const steps = decades < DECADES_FOR_POWERS ? STEPS_OF_A_DECADE : [1];
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(begin)); power <= Math.log10(end); power++) {
    for (const step of steps) {
      const value = step * 10 ** power;
      // Powers of ten below 1 are not exact.
      if (value < begin * 0.999 || value > end * 1.001) continue;
      ticks.push({ value, label: shortNumber(value) });
    }
  }
  return ticks;
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS_OF_A_DECADE.findLast((step) => step * power <= value) ?? 1) * power;
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (STEPS_OF_A_DECADE.find((step) => step * power >= value) ?? 10) * power;
}
