// The completions in the shells themselves: options, their values, files, and COMMAND, which is the shell's own affair.

import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { OPTIONS } from "../../src/cli/options.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { fishOffers, ShellAtTerminal, type TerminalShell } from "./shells.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const hasBashCompletion = await Bun.file("/usr/share/bash-completion/bash_completion").exists();
const NONE = {
  bash: missing("bash-completion", hasBashCompletion),
  "bash alone": missing("bash", Bun.which("bash") !== null),
  zsh: missing("zsh", Bun.which("zsh") !== null),
  fish: missing("fish", Bun.which("fish") !== null),
} as const;

let directory: TestDirectory;

beforeAll(() => {
  directory = new TestDirectory();
  mkdirSync(directory.file("some place"));
  directory.write("some cert.pem", "");
  directory.write("program", "", 0o755);
});

afterAll(() => directory[Symbol.dispose]());

/** What is typed, and what the last words are once all that is offered is put in. */
const SAME: readonly (readonly [typed: string, ...words: string[]])[] = [
  ["--framing n", "netstring", "nul"],
  ["--port 80 --ssl --stderr i", "inherit"],
  ["--header 'A: b' --origin=https://a:80 --stderr m", "merge"],
  ["--sslcert=some\\ c", "--sslcert=some cert.pem"],
  ["--sslcert some\\ c", "some cert.pem"],
  ["--dir=so", "--dir=some place"],
  ["--gate=mkte", "--gate=mktemp"],
  ["--user=roo", "--user=root"],
  ["--port=8", "--port=8"],
  ["--log-format=zzz", "--log-format=zzz"],
  // COMMAND, by its path or by PATH, behind options of each kind and behind --.
  ["./prog", "./program"],
  ["--compress mkte", "mktemp"],
  ["--ssl --port=80 --framing nul --pty -- mkte", "mktemp"],
  // Its words are its own.
  ["cat some\\ c", "some cert.pem"],
  ["cat --fram", "--fram"],
  ["-- cat --fram", "--fram"],
];

/** What only a shell that knows the options of others completes. */
const OF_OTHERS = ["--ssl --port 80 mkdir --paren", "--parents"] as const;

for (const shell of ["bash", "bash alone", "zsh"] as const satisfies readonly TerminalShell[]) {
  describe.skipIf(NONE[shell])(shell, () => {
    let terminal: ShellAtTerminal;
    beforeAll(() => {
      terminal = new ShellAtTerminal(shell, directory);
    });
    afterAll(() => terminal[Symbol.asyncDispose]());

    const complete = (typed: string) => terminal.completed(`websockd ${typed}`);

    test("knows every option", async () => {
      const words = await complete("--");
      const names = words.slice(1).map((word) => word.replace(/=$/, ""));
      expect([...new Set(names)].toSorted()).toEqual(
        OPTIONS.map(({ name }) => `--${name}`).toSorted(),
      );
    });

    test("knows the values of an option behind its =", async () => {
      const words = (await complete("--compress=")).slice(1);
      expect(words.map((word) => word.replace("--compress=", ""))).toEqual([
        "off",
        "on",
        "takeover",
      ]);
    });

    const rows = shell === "bash alone" ? SAME : [...SAME, OF_OTHERS];
    for (const [typed, ...words] of rows) {
      test(`${typed}: ${words.join(" ")}`, async () => {
        expect((await complete(typed)).slice(-words.length)).toEqual(words);
      });
    }
  });
}

describe.skipIf(NONE.fish)("fish", () => {
  const offers = (typed: string) => fishOffers(`websockd ${typed}`, directory);

  test("knows every option, with its help", async () => {
    const expected = OPTIONS.map(({ name, help }) => [`--${name}`, help]);
    const found = [...(await offers("--"))].map(([name, help]) => [name.replace(/=$/, ""), help]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  test("knows the values of an option behind its =", async () => {
    const names = [...(await offers("--compress=")).keys()];
    expect(names.toSorted()).toEqual(["--compress=off", "--compress=on", "--compress=takeover"]);
  });

  for (const [typed, ...words] of [...SAME, OF_OTHERS]) {
    test(`${typed}: ${words.join(" ")}`, async () => {
      // Fish tells what it offers: where that is nothing, the word stays as it is.
      const isUnchanged = typed.endsWith(words[0]!);
      const found = [...(await offers(typed)).keys()].map((word) => word.replace(/\/$/, ""));
      for (const word of isUnchanged ? [] : words) expect(found).toContain(word);
      if (isUnchanged) expect(found).toEqual([]);
    });
  }
});
