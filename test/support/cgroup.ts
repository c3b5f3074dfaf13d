// A cgroup of version 2 that tests may make leaves in, where the machine has one; else a line that says so.

import { accessSync, constants, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/** The mount of version 2, alone or beside version 1. */
const MOUNTS = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/** A new empty cgroup, removed when it is disposed of. */
export class TestCgroup implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Null where none can be made; `why` tells the reader of the test's output. */
  static make(why: string): TestCgroup | null {
    for (const mount of MOUNTS) {
      const path = join(mount, `websockd-test-${process.pid}`);
      try {
        accessSync(join(mount, "cgroup.controllers"), constants.R_OK);
        mkdirSync(path);
        return new TestCgroup(path);
      } catch {
        // Not here.
      }
    }
    console.log(`skipped: no writable cgroup of version 2: ${why}`);
    return null;
  }

  /** Whether leaves can be given these controllers. */
  has(...controllers: string[]): boolean {
    const there = readFileSync(join(this.path, "cgroup.controllers"), "latin1").trim().split(" ");
    return controllers.every((name) => there.includes(name));
  }

  [Symbol.dispose](): void {
    rmdirSync(this.path);
  }
}
