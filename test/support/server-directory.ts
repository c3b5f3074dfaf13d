// A directory of its own for a test, gone with all that is in it when the test is.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class TestDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "websockd-test-"));

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, text: string, mode = 0o644): string {
    writeFileSync(this.file(name), text, { mode });
    return this.file(name);
  }

  /** Empty while there is no such file. */
  read(name: string): string {
    try {
      return readFileSync(this.file(name), "utf8");
    } catch {
      return "";
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
