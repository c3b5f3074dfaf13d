// The options that say what programs may use of the machine.

import type { OptionRow } from "./option.ts";

export const CONTAINMENT_OPTIONS = [] as const satisfies readonly OptionRow[];
