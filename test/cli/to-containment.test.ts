// --user, --group, --cwd, --umask, --nice, --limit, --cgroup: what is taken, and what is refused with the remedy.

import { describe, expect, test } from "bun:test";
import { LIMIT_NUMBERS } from "../../src/service/resource-limits.ts";
import { configOf, DEFAULTS, errorOf } from "./config-of.ts";

function contained(...words: string[]) {
  return configOf(...words, "cat").containment;
}

test("nothing is contained unless it is asked for", () => {
  expect(contained()).toEqual(DEFAULTS.containment);
  expect(contained("--limit=", "--umask=", "--nice=", "--user=")).toEqual(DEFAULTS.containment);
});

test("all of prlimit's limits are known, here and where they are set", () => {
  const names = Object.keys(LIMIT_NUMBERS);
  const { limits } = contained(`--limit=${names.map((name) => `${name}=1`).join(",")}`);
  expect(limits.map(({ name }) => name)).toEqual(names);
  const said = errorOf("--limit=other=1", "cat");
  for (const name of names) expect(said).toContain(name);
});

test.each<[string, number, number]>([
  ["nofile=64", 64, 64],
  ["nofile=64:128", 64, 128],
  ["NOFILE=0", 0, 0],
  ["as=512M", 512 * 2 ** 20, 512 * 2 ** 20],
  ["as=1K:2G", 1024, 2 * 2 ** 30],
  ["cpu=unlimited", Infinity, Infinity],
  ["cpu=60:unlimited", 60, Infinity],
])("--limit=%s", (text, soft, hard) => {
  const name = text.split("=")[0]!.toLowerCase();
  expect(contained(`--limit=${text}`).limits).toEqual([{ name, soft, hard }]);
});

describe("a limit that is none", () => {
  test.each([
    ["nofile", "NAME=VALUE is wanted"],
    ["=1", "NAME=VALUE is wanted"],
    ["nofile=", "NAME=VALUE is wanted"],
    ["nofile=1,,as=1", "NAME=VALUE is wanted"],
    ["nofile=1,nofile=2", '"nofile" is given twice'],
    ["nofile=1K", "a whole number"],
    ["nofile=-1", "a whole number"],
    ["as=x", "a number of bytes"],
    ["as=1:2:3", "a number of bytes"],
    ["as=1:", "a number of bytes"],
    ["as=9007199254740993", "a number of bytes"],
    ["as=2:1", "the soft limit is above the hard one"],
    ["as=unlimited:1", "the soft limit is above the hard one"],
    ["constructor=1", "one of as, core"],
  ])("--limit=%s", (text, problem) => {
    expect(errorOf(`--limit=${text}`, "cat")).toContain(problem);
    expect(errorOf(`--limit=${text}`, "cat")).toContain("for example --limit=nofile=1024,as=512M");
  });
});

test.each([
  [["--umask=8"], "in octal"],
  [["--umask=1777"], "in octal"],
  [["--umask=u=rwx"], "in octal"],
  [["--nice=20"], "from -20 to 19"],
  [["--nice=-21"], "from -20 to 19"],
  [["--nice=1.5"], "from -20 to 19"],
  [["--user=a:b"], "with --group=GROUP"],
  [["--user=a b"], "one name or number"],
  [["--group=a,b"], "one name or number"],
  [["--cgroup-limit=pids=1"], "--cgroup-limit needs --cgroup=DIR"],
  [["--cgroup=/x", "--cgroup-limit=pids=0"], "a whole number above 0"],
  [["--cgroup=/x", "--cgroup-limit=pids=1K"], "a whole number above 0"],
  [["--cgroup=/x", "--cgroup-limit=cpu=1"], "one of memory, pids"],
])("%p is refused", (words, problem) => {
  expect(errorOf(...words, "cat")).toContain(problem);
});

test("umask and niceness as people write them", () => {
  expect(["27", "027", "0027", "0"].map((text) => contained(`--umask=${text}`).umask)).toEqual([
    0o27, 0o27, 0o27, 0,
  ]);
  expect(["-20", "0", "+5", "19"].map((text) => contained(`--nice=${text}`).niceness)).toEqual([
    -20, 0, 5, 19,
  ]);
});
