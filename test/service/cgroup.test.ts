// The leaves of control groups: their names, as far as no kernel is needed for that.

import { expect, test } from "bun:test";
import { basename } from "node:path";
import { CgroupParent } from "../../src/service/cgroup.ts";
import { TestDirectory } from "../support/server-directory.ts";

test("those of several programs in one directory have names of their own", () => {
  using directory = new TestDirectory();
  const parents = Array.from({ length: 50 }, () => new CgroupParent(directory.path, {}));
  const leaves = parents.map((parent) => parent.makeLeaf());
  expect(new Set(leaves.map(({ path }) => path)).size).toBe(parents.length);
  for (const { path } of leaves) expect(basename(path)).toStartWith(`websockd-${process.pid}-`);
  expect(parents[0]!.leavesOf(process.pid)).toHaveLength(parents.length);
});
