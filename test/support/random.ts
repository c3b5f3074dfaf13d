// Random numbers from a seed, so that what failed can be run again.

/** The run's seed: WEBSOCKD_SEED, or the time. A failure prints it. */
export function seedOfRun(): number {
  return Number(Bun.env["WEBSOCKD_SEED"] ?? Date.now()) >>> 0;
}

/** How long a fuzz test runs: WEBSOCKD_FUZZ_MS, or what it takes in the normal run. */
export function fuzzMs(normal: number): number {
  return Number(Bun.env["WEBSOCKD_FUZZ_MS"] ?? normal);
}

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next 32 bits (mulberry32, by Tommy Ettinger). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  /** A whole number in [first, last]. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.next() >>> 24;
    return bytes;
  }

  /** UTF-8 of about `length` bytes: ASCII with code points of every width between. */
  text(length: number): Uint8Array {
    const widest = this.pick([0x7f, 0x7ff, 0xffff, 0x10ffff]);
    let text = "";
    for (let size = 0; size < length;) {
      const codePoint = this.oneIn(2) ? this.between(0x20, 0x7e) : this.below(widest + 1);
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      text += String.fromCodePoint(codePoint);
      size += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }
    return new TextEncoder().encode(text);
  }
}
