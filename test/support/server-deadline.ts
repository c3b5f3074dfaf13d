// Waiting that ends: for a promise or for a state that tells no one of itself, with a deadline that fails.

/** Long enough for two busy cores; a test that works never comes near it. */
export const DEADLINE_MS = 20_000;
/** How often a state that nobody announces (in /proc, in a file) is looked at. */
const LOOK_MS = 5;

/** `promise`, or an error that says what did not come. */
export async function within<T>(what: string, promise: Promise<T>, ms = DEADLINE_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Looks again and again until `look` gives something other than false, null and undefined, and returns it. */
export async function eventually<T>(
  what: string,
  look: () => T | false | null | undefined,
  ms = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const seen = look();
    if (seen !== false && seen !== null && seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`Not within ${ms} ms: ${what}`);
    await Bun.sleep(LOOK_MS);
  }
}
