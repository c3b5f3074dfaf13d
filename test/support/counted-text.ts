// A text that counts how often it is looked at: the work of a reader, without a clock.

export interface CountedText {
  /** For a reader that takes its characters one by one, or slices of it; any other use throws. */
  readonly text: string;
  /** Characters and lengths that were asked for so far, those of slices too. */
  readonly steps: () => number;
}

export function countedText(text: string): CountedText {
  let steps = 0;
  const slice = (begin: number, end: number): string => {
    steps += end - begin;
    return text.slice(begin, end);
  };
  const proxy = new Proxy(
    {},
    {
      get(_, key) {
        steps++;
        if (key === "length") return text.length;
        if (key === "slice") return slice;
        if (typeof key === "string" && /^\d+$/.test(key)) return text[Number(key)];
        throw new Error(`what ${String(key)} costs is not counted`);
      },
    },
  );
  return { text: proxy as unknown as string, steps: () => steps };
}

/** More than any character of a list costs a reader that never goes back. */
const STEPS_PER_CHARACTER = 16;

/** Reads the text, and throws when that took more than some steps for each of its characters. */
export function readInOnePass<T>(text: string, read: (text: string) => T): T {
  const counted = countedText(text);
  const result = read(counted.text);
  const most = STEPS_PER_CHARACTER * (text.length + 1);
  if (counted.steps() > most) {
    throw new Error(`${counted.steps()} steps for ${text.length} characters`);
  }
  return result;
}
