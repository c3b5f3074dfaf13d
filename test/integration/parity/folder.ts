// Writes a setup's files to a folder of their own.

import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { TestDirectory } from "../../support/server-directory.ts";
import type { FileEntry, Setup } from "./case.ts";

/** Of every file, so that Last-Modified is known: Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 5.6.7. */
const MODIFIED = new Date("1994-11-06T08:49:37Z");

export function writeFolder(files: Setup["files"] = {}): TestDirectory {
  const directory = new TestDirectory();
  for (const [name, entry] of Object.entries(files)) {
    const path = directory.file(name);
    if (name.endsWith("/")) mkdirSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeEntry(path, typeof entry === "string" ? { text: entry } : entry);
    }
  }
  return directory;
}

function writeEntry(path: string, { text = "", mode, link }: FileEntry): void {
  if (link !== undefined) return symlinkSync(link, path);
  writeFileSync(path, text);
  // writeFileSync's mode is cut by the umask.
  chmodSync(path, mode ?? (text.startsWith("#!") ? 0o755 : 0o644));
  utimesSync(path, MODIFIED, MODIFIED);
}
