// How websockd starts itself once more.

/** In a compiled binary the program is inside; else it is a file that Bun runs. */
const IS_COMPILED = Bun.main.startsWith("/$bunfs/");

/**
 * Path and words, those for Bun itself too, by which it may be told to obey no files of the folder where it runs. argv[0] is
 * for the caller to set: it says as which program we run.
 */
export function ownProgram(words: readonly string[]): string[] {
  return [process.execPath, ...(IS_COMPILED ? [] : [...process.execArgv, Bun.main]), ...words];
}
