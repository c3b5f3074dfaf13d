// The options that say how long programs live and how they are ended.

import type { OptionRow } from "./option.ts";

export const LIFE_OPTIONS = [] as const satisfies readonly OptionRow[];
