// Where in bytes that the kernel's `utf8` has rejected the first one is that cannot be: it says whether, not where.

import { UTF8_REJECT, type Kernel } from "../kernel/kernel.ts";

/** Behind `state`; kernel memory [begin, end) is rejected. The shortest begin that is rejected ends at the byte. */
export function firstInvalid(kernel: Kernel, state: number, begin: number, end: number): number {
  let [low, high] = [1, end - begin];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (kernel.utf8(state, begin, middle) === UTF8_REJECT) high = middle;
    else low = middle + 1;
  }
  return begin + low - 1;
}
