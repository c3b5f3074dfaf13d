// Where COMMAND is found: through PATH, or where its name says.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { resolveCommand } from "../../src/service/launcher.ts";

const ROOT = mkdtempSync(join(tmpdir(), "websockd-resolve-"));
const [FIRST, SECOND] = [join(ROOT, "first"), join(ROOT, "second")];
const PATH = `${FIRST}:${SECOND}`;

function put(path: string, mode: number): void {
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, mode);
}

beforeAll(() => {
  mkdirSync(join(FIRST, "folder"), { recursive: true });
  mkdirSync(SECOND);
  put(join(FIRST, "both"), 0o755);
  put(join(SECOND, "both"), 0o755);
  put(join(SECOND, "only-second"), 0o755);
  put(join(FIRST, "plain"), 0o644);
  put(join(FIRST, "shadowed"), 0o644);
  put(join(SECOND, "shadowed"), 0o755);
  put(join(SECOND, "folder"), 0o755);
  symlinkSync(join(SECOND, "both"), join(FIRST, "link"));
  symlinkSync(join(ROOT, "nowhere"), join(FIRST, "dangling"));
});

afterAll(() => rmSync(ROOT, { recursive: true }));

describe("a name without a slash is looked for through PATH", () => {
  test("the first that is there is taken, argv stays as it was given", () => {
    const argv = ["both", "-x", ""];
    expect(resolveCommand(argv, PATH)).toEqual({ path: join(FIRST, "both"), argv });
  });

  test("in the second directory", () => {
    const command = resolveCommand(["only-second"], PATH);
    expect(command).toEqual({ path: join(SECOND, "only-second"), argv: ["only-second"] });
  });

  test("execvp(3): one that cannot be run is passed over", () => {
    expect(resolveCommand(["shadowed"], PATH)).toHaveProperty("path", join(SECOND, "shadowed"));
  });

  test("so is a directory", () => {
    expect(resolveCommand(["folder"], PATH)).toHaveProperty("path", join(SECOND, "folder"));
  });

  test("a link leads to its program", () => {
    expect(resolveCommand(["link"], PATH)).toHaveProperty("path", join(FIRST, "link"));
  });

  test("places that are none are passed over: missing, a file, too long, empty", () => {
    const places = ["/does/not/exist", join(FIRST, "both"), `/${"a".repeat(300)}`, "", SECOND];
    const command = resolveCommand(["only-second"], places.join(":"));
    expect(command).toHaveProperty("path", join(SECOND, "only-second"));
  });
});

describe("a name with a slash is a path", () => {
  test("absolute", () => {
    const path = join(SECOND, "both");
    expect(resolveCommand([path, "a"], "")).toEqual({ path, argv: [path, "a"] });
  });

  test("relative: made absolute, but argv keeps it", () => {
    const name = `./${relative(process.cwd(), join(SECOND, "both"))}`;
    expect(resolveCommand([name], PATH)).toEqual({ path: join(SECOND, "both"), argv: [name] });
  });

  test("PATH is not asked", () => {
    expect(resolveCommand(["./only-second"], PATH)).toHaveProperty("kind", "not found");
  });
});

describe("what cannot be run", () => {
  test("not found: the places that were tried are told", () => {
    const problem = resolveCommand(["no-such-program"], PATH);
    expect(problem).toEqual({
      kind: "not found",
      text:
        `Cannot find the program "no-such-program" ` +
        `(tried ${join(FIRST, "no-such-program")}, ${join(SECOND, "no-such-program")})`,
    });
  });

  const MISTAKES: readonly (readonly [of: string, argv: string, hint: string])[] = [
    ["a file here without ./", "package.json", "; there is one here: write ./package.json)"],
    ["a directory", FIRST, "; that is a directory)"],
    ["one word for all", "cat -u", "; arguments are words of their own, not in one with it)"],
  ];
  test.each(MISTAKES)("what was meant is told: %s", (_, word, hint) => {
    expect(resolveCommand([word], PATH)).toMatchObject({
      kind: "not found",
      text: expect.stringContaining(hint),
    });
  });

  test("not executable: the path and the remedy are told", () => {
    const path = join(FIRST, "plain");
    expect(resolveCommand(["plain"], PATH)).toEqual({
      kind: "not executable",
      text: `Cannot run "${path}": permission denied (chmod +x it)`,
    });
    expect(resolveCommand([path], "")).toHaveProperty("kind", "not executable");
  });

  const NOT_FOUND = {
    "a directory": FIRST,
    "a dangling link": join(FIRST, "dangling"),
    "a path through a file": join(FIRST, "both", "x"),
    "a name that is too long": "a".repeat(300),
    "a path that is too long": "/a".repeat(3000),
  };
  for (const [name, command] of Object.entries(NOT_FOUND)) {
    test(`${name} is not found`, () => {
      expect(resolveCommand([command], PATH)).toHaveProperty("kind", "not found");
    });
  }
});
