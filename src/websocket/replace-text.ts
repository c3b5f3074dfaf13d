// U+FFFD for what is not UTF-8, in pieces of bounded size.

import { REPLACED_SOURCE_SIZE, type Kernel } from "../kernel/kernel.ts";
import { cutLength, cutState } from "./cut-character.ts";

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER = new TextEncoder();

/**
 * Writes kernel memory [begin, end), which ends between characters, to kernel.replaced, a piece at a time, and gives
 * each to `emit`. Stops, and returns false, when that does.
 */
export function replaceText(
  kernel: Kernel,
  { begin, end }: { readonly begin: number; readonly end: number },
  emit: (begin: number, end: number) => boolean,
): boolean {
  const { bytes, replaced } = kernel;
  for (let at = begin, pieceEnd = begin; at < end; at = pieceEnd) {
    pieceEnd = Math.min(at + REPLACED_SOURCE_SIZE, end);
    if (pieceEnd < end) pieceEnd -= cutLength(cutState(kernel, at, pieceEnd));
    const text = DECODER.decode(bytes.subarray(at, pieceEnd));
    const { written } = ENCODER.encodeInto(text, bytes.subarray(replaced));
    if (!emit(replaced, replaced + written)) return false;
  }
  return true;
}
