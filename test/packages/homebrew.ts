// The Homebrew formula: its syntax, and what it installs, by a stand-in for brew, which runs on no machine of ours.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer } from "../support/server.ts";
import { isX64, ROOT } from "./built.ts";
import { command, succeed } from "./commands.ts";
import { echoes } from "./echoes.ts";
import { built } from "./release.ts";

const BREW = join(import.meta.dir, "formula.rb");

const noRuby = missing("ruby", Bun.which("ruby") !== null);
const noFormula = built.lacks("homebrew");
const path = built.file("homebrew");

test.skipIf(noRuby)("the template is Ruby", async () => {
  const words = ["ruby", "-cw", join(ROOT, "deploy/homebrew/websockd.rb")];
  expect(await succeed(words)).toBe("Syntax OK\n");
});

test.skipIf(noRuby || noFormula)("the formula is Ruby, with every place filled", async () => {
  expect(await succeed(["ruby", "-cw", path])).toBe("Syntax OK\n");
  expect(readFileSync(path, "utf8")).not.toContain("@");
});

test.skipIf(noRuby || noFormula || !isX64)("installed, it serves a client", async () => {
  using cellar = new TestDirectory();
  await succeed(["ruby", BREW, path, "intel", cellar.path]);
  const program = [cellar.file("bin/websockd")];
  await using server = await startServer(["cat"], { program, directory: cellar.path });
  await echoes(server);
  const page = readFileSync(cellar.file("share/man/man1/websockd.1"), "utf8");
  expect(page).toBe(readFileSync(join(ROOT, "docs/websockd.1"), "utf8"));
  for (const name of [
    "etc/bash_completion.d/websockd",
    "share/zsh/site-functions/_websockd",
    "share/fish/vendor_completions.d/websockd.fish",
  ]) {
    expect(existsSync(cellar.file(name)), name).toBe(true);
  }
});

test.skipIf(noRuby || noFormula)(
  "for arm it takes the other binary, and none with another checksum",
  async () => {
    using cellar = new TestDirectory();
    const broken = readFileSync(path, "utf8").replaceAll(/sha256 "\w{8}/g, 'sha256 "00000000');
    const words = [cellar.write("websockd.rb", broken), "arm", cellar.path];
    const { status, said } = await command(["ruby", BREW, ...words]);
    expect(status).not.toBe(0);
    expect(said).toContain("-linux-arm64 has another checksum");
  },
);
