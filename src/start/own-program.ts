// How websockd starts itself once more.

/** In a compiled binary the program is inside; else it is a file that Bun runs. */
const IS_COMPILED = Bun.main.startsWith("/$bunfs/");

/** What lies in the folder where it runs is not obeyed, as it is not by the binary: a bunfig.toml there could run code. */
const BUN_WORDS = [
  "--no-env-file",
  "--config=/dev/null",
  "--tsconfig-override=/dev/null",
  "--no-install",
];

/** Path and words; argv[0] is for the caller to set: it says as which program we run. */
export function ownProgram(words: readonly string[]): string[] {
  return [process.execPath, ...(IS_COMPILED ? [] : [...BUN_WORDS, Bun.main]), ...words];
}
