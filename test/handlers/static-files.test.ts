// What the handler does with a file that may not be read, and with methods, without a server.

import { chmodSync } from "node:fs";
import { expect, test } from "bun:test";
import { staticFiles } from "../../src/handlers/static-files.ts";
import { splitTarget } from "../../src/http/request-path.ts";
import { headOf } from "../http/head-reader.ts";
import { TestDirectory } from "../support/server-directory.ts";

/** Who root becomes so that permissions count. */
const NOBODY = 65534;

test("a file that may not be read is 403, and none that is not there", () => {
  using directory = new TestDirectory();
  directory.write("unreadable", "secret", 0);
  chmodSync(directory.path, 0o755);
  const handler = staticFiles({ root: directory.path, excluded: [], refused: () => {} });
  const status = (path: string) =>
    handler(headOf(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`), splitTarget(path))?.status;
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    expect(status("/unreadable")).toBe(403);
    expect(status("/none")).toBeUndefined();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});
