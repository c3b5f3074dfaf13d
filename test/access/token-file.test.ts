// --bearer-file: tokens are known by their hashes alone.

import { afterAll, expect, test } from "bun:test";
import { readTokenFile } from "../../src/access/token-file.ts";
import { secretFile, tokenLine } from "../support/credential-files.ts";
import { TestDirectory } from "../support/server-directory.ts";

const directory = new TestDirectory();
afterAll(() => directory[Symbol.dispose]());

const read = (...lines: string[]) => readTokenFile(secretFile(directory, "tokens", ...lines));

test("a token is found by its hash, in either case of its digits; a name may have several", () => {
  const { tokens, warnings } = read(
    "# machines\r\n",
    tokenLine("ci", "one"),
    tokenLine("ci", "two"),
    tokenLine("x", "three").toUpperCase(),
  );
  expect(tokens.size).toBe(3);
  expect(["one", "two", "three", "four", ""].map((token) => tokens.find(token))).toEqual([
    "ci",
    "ci",
    "X",
    null,
    null,
  ]);
  expect(warnings).toEqual([]);
});

test("the command line in docs/authentication.md makes such a line", async () => {
  const text = await Bun.file(`${import.meta.dir}/../../docs/authentication.md`).text();
  const script = /```sh\n(token=.*?)```/s.exec(text)![1]!;
  const { stdout } = Bun.spawnSync(["sh", "-ec", `${script}\necho "$token"`], {
    cwd: directory.path,
  });
  const { tokens } = readTokenFile(directory.file("tokens.txt"));
  expect(tokens.find(stdout.toString().trim())).toBe("ci");
});

test("what is no hash is refused, with the line and without what stands there", () => {
  for (const secret of ["token", "", `${"a".repeat(63)}`, "g".repeat(64), `${"a".repeat(64)}:x`]) {
    const reading = () => read(tokenLine("a", "b"), `ci:${secret}\n`);
    expect(reading).toThrow(/--bearer-file=.*tokens, line 2: this is no SHA-256/);
    if (secret.length > 5) expect(reading).not.toThrow(secret);
  }
});

test("no token at all is refused: anybody could send it", () => {
  expect(() => read(tokenLine("ci", ""))).toThrow("line 1: this is the hash of no token");
});

test("the same token twice is refused: whose it is would be a guess", () => {
  expect(() => read(tokenLine("a", "x"), tokenLine("b", "x"))).toThrow("line 2: the same token");
});
