// --basic-auth-file: what htpasswd writes is read, what is no good is refused with its line and the remedy.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "bun:test";
import { readPasswordFile } from "../../src/access/password-file.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";

const directory = new TestDirectory();
afterAll(() => directory[Symbol.dispose]());

const BCRYPT = "$2y$05$OsZlFaArbMUG74SreQ73HOBCo0HUc3cxQG5iah4mY4GgMLgJCWXbC";
const ARGON2 = `$argon2id$v=19$m=65536,t=2,p=1$${"A".repeat(43)}$${"B".repeat(42)}A`;

function read(text: string | Uint8Array) {
  const path = directory.file("passwords");
  writeFileSync(path, text, { mode: 0o600 });
  return readPasswordFile(path);
}

function problem(text: string | Uint8Array): string {
  try {
    read(text);
  } catch (error) {
    return (error as Error).message.replace(`${directory.path}/`, "");
  }
  throw new Error("the file was taken");
}

test("comments, blank lines, CR, a byte order mark, blanks at the end, and no last line end", () => {
  const text = `\ufeff# who comes in\r\n\r\nalice:${BCRYPT}\r\n  \njürgen:${ARGON2} \n#x:y\nbob:${BCRYPT}`;
  const { users, warnings } = read(text);
  expect([...users.values()].map(({ name, hash }) => [name, hash])).toEqual([
    ["alice", BCRYPT],
    ["jürgen", ARGON2],
    ["bob", BCRYPT],
  ]);
  expect(warnings).toEqual([]);
});

test("all of bcrypt's names for itself that mean the same", () => {
  for (const kind of ["2a", "2b", "2y"]) {
    expect(read(`a:${BCRYPT.replace("2y", kind)}`).users.size).toBe(1);
  }
});

describe("is refused, with the line and the remedy, and without the secret", () => {
  const CASES: readonly (readonly [hash: string, kind: RegExp])[] = [
    ["hunter2", /plain text or crypt/],
    ["1gxNcr6mx38ss", /plain text or crypt/],
    ["{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=", /SHA-1/],
    ["$apr1$YaBzttSz$gQhnzdlhlEfybqdxOGEjh0", /MD5/],
    ["$1$abcdefgh$abcdefghijklmnopqrstuv", /MD5/],
    ["$5$rounds=5000$salt$hash", /SHA-256/],
    ["$6$salt$hash", /SHA-512/],
    ["$argon2i$v=19$m=65536,t=2,p=1$AAAA$BBBB", /argon2i or/],
    ["$argon2id$v=18$m=65536,t=2,p=1$AAAA$BBBB", /no whole argon2id/],
    ["$2x$05$OsZlFaArbMUG74SreQ73HOBCo0HUc3cxQG5iah4mY4GgMLgJCWXbC", /no whole bcrypt/],
    [BCRYPT.slice(0, -1), /no whole bcrypt/],
    [`${BCRYPT}:comment`, /no whole bcrypt/],
    [`${BCRYPT.slice(0, -1)}D`, /no whole bcrypt/],
    [`${BCRYPT.slice(0, 28)}P${BCRYPT.slice(29)}`, /no whole bcrypt/],
    [ARGON2.slice(0, -1), /no whole argon2id/],
    [`${ARGON2.slice(0, -1)}B`, /no whole argon2id/],
    ["$scrypt$x", /not known here/],
    ["", /plain text or crypt/],
  ];
  for (const [hash, kind] of CASES) {
    test(hash === "" ? "an empty hash" : hash.slice(0, 16), () => {
      const text = problem(`# one\nalice:${BCRYPT}\nbob:${hash}\n`);
      expect(text).toMatch(kind);
      expect(text).toStartWith("--basic-auth-file=passwords, line 3: ");
      expect(text).toEndWith("(write it anew with htpasswd -B -C 10 FILE NAME)");
      if (hash !== "") expect(text).not.toContain(hash);
    });
  }

  test("what would cost too much, or is no hash that can be made", () => {
    for (const cost of ["00", "03", "15", "31"]) {
      expect(problem(`a:${BCRYPT.replace("$05$", `$${cost}$`)}`)).toContain("not 4 to 14");
    }
    for (const parameters of [
      "m=262145,t=2,p=1",
      "m=65536,t=17,p=1",
      "m=262144,t=5,p=1",
      "m=65536,t=0,p=1",
      "m=65536,t=2,p=0",
      "m=65536,t=2,p=17",
      "m=7,t=2,p=1",
    ]) {
      const text = problem(`a:${ARGON2.replace("m=65536,t=2,p=1", parameters)}`);
      expect(text, parameters).toContain("out of bounds");
    }
  });

  test("no name, no colon, a name twice, a control character, a name that is too long", () => {
    expect(problem(`:${BCRYPT}`)).toContain("line 1: NAME:HASH");
    expect(problem("alice\n")).toContain("line 1: NAME:HASH");
    expect(problem(`a:${BCRYPT}\nb:${BCRYPT}\na:${BCRYPT}`)).toContain("line 3: the name stands");
    expect(problem(`a\x01:${BCRYPT}`)).toContain("no control character");
    expect(problem(`${"ü".repeat(129)}:${BCRYPT}`)).toContain("at most 256 bytes");
  });

  test("bytes that are no UTF-8, and a file that is too large", () => {
    expect(problem(Buffer.from(`\xff:${BCRYPT}`, "latin1"))).toContain("must be UTF-8");
    expect(problem("#".repeat(1024 * 1024 + 1))).toContain("over 1048576 bytes");
  });
});

test("a file that is not there, a directory, and a pipe that nobody writes to", () => {
  expect(() => readPasswordFile(directory.file("none"))).toThrow("there is no such file");
  mkdirSync(directory.file("folder"));
  expect(() => readPasswordFile(directory.file("folder"))).toThrow("no regular file");
  Bun.spawnSync(["mkfifo", directory.file("pipe")]);
  expect(() => readPasswordFile(directory.file("pipe"))).toThrow("no regular file");
});

test("a file that everybody reads, and one that is empty, are told of", () => {
  expect(read("# nobody\n").warnings).toEqual([expect.stringContaining("nobody comes in by it")]);
  const path = directory.write("open", `a:${BCRYPT}`);
  chmodSync(path, 0o644);
  const { warnings } = readPasswordFile(path);
  expect(warnings).toEqual([expect.stringContaining(`(chmod o-r ${path})`)]);
});

describe.skipIf(missing("htpasswd (apache2-utils)", Bun.which("htpasswd") !== null))(
  "Debian's htpasswd",
  () => {
    const htpasswd = (...words: string[]) => {
      const { stdout } = Bun.spawnSync(["htpasswd", ...words], { stderr: "ignore" });
      return stdout.toString();
    };

    test("-B is read, and every other way is not", () => {
      expect(read(htpasswd("-nbB", "alice", "secret")).users.size).toBe(1);
      expect(read(htpasswd("-nbB", "-C", "10", "alice", "secret")).users.size).toBe(1);
      for (const way of ["-m", "-2", "-5", "-d", "-s", "-p"]) {
        expect(problem(htpasswd("-nb", way, "alice", "secret")), way).toContain("htpasswd -B");
      }
    });
  },
);
