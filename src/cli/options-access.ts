// The options that say who may come in by a password, a program's word, or through a proxy.

import type { OptionRow } from "./option.ts";

export const ACCESS_OPTIONS = [] as const satisfies readonly OptionRow[];
