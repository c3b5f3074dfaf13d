// The files that are made from the table of options, by their paths from the root.

import { bashCompletion, fishCompletion, zshCompletion } from "./completions.ts";
import { manualPage } from "./page.ts";

export const MANUAL_FILES: Readonly<Record<string, () => string>> = {
  "docs/websockd.1": manualPage,
  "docs/completions/websockd.bash": bashCompletion,
  "docs/completions/_websockd": zshCompletion,
  "docs/completions/websockd.fish": fishCompletion,
};
