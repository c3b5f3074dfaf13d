// The options that say how websockd is started, and how it tells others of it.

import type { OptionRow } from "./option.ts";

export const START_OPTIONS = [] as const satisfies readonly OptionRow[];
