// SHA-256 of files, and the list of them that sha256sum reads.

import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** In hex. */
export function sha256(path: string): string {
  return new Bun.CryptoHasher("sha256").update(readFileSync(path)).digest("hex");
}

/** For `sha256sum -c` in the directory in which the files lie. */
export function checksumList(paths: readonly string[]): string {
  return paths.map((path) => `${sha256(path)}  ${basename(path)}\n`).join("");
}
