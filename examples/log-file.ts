// The log that the example tail follows when it is given no file.

import { appendFileSync, writeFileSync } from "node:fs";

/** Bytes of it: an example that runs for weeks must not fill a disk. */
const BYTES_MAX = 1 << 20;

/** Appends lines to a file, which begins anew when it would have more than `bytesMax`: tail(1) notices that. */
export function logFile(path: string, bytesMax = BYTES_MAX): (line: string) => void {
  let bytes = 0;
  return (line) => {
    const text = `${line}\n`;
    const size = Buffer.byteLength(text);
    const isFull = bytes + size > bytesMax;
    bytes = isFull ? size : bytes + size;
    if (isFull) writeFileSync(path, text);
    else appendFileSync(path, text);
  };
}
