// The committed man page and completions are what the table of options makes, and mandoc has nothing to say.

import { join } from "node:path";
import { expect, test } from "bun:test";
import { MANUAL_FILES } from "../../scripts/manual/files.ts";
import { GROUPS, OPTIONS } from "../../src/cli/options.ts";
import { missing } from "../support/missing-peer.ts";

const ROOT = join(import.meta.dir, "../..");
const noMandoc = missing("mandoc", Bun.which("mandoc") !== null);

for (const [path, make] of Object.entries(MANUAL_FILES)) {
  test(`${path} is what the table makes (else: bun run build:manual)`, async () => {
    expect(await Bun.file(join(ROOT, path)).text()).toBe(make());
  });
}

async function mandoc(...words: string[]): Promise<{ status: number; text: string }> {
  const child = Bun.spawn(["mandoc", ...words, "docs/websockd.1"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" },
    stderr: "ignore",
  });
  const text = await new Response(child.stdout).text();
  return { status: await child.exited, text };
}

test.skipIf(noMandoc)("mandoc has no warning for the page", async () => {
  expect(await mandoc("-Tlint", "-Wwarning")).toEqual({ status: 0, text: "" });
});

test.skipIf(noMandoc)("it shows each section and each option with its default", async () => {
  // Written over itself for bold and underlined: the last character counts.
  const { status, text } = await mandoc("-Tutf8", "-Owidth=200");
  expect(status).toBe(0);
  const page = text.replaceAll(/.\x08/gu, "").replaceAll(/ +/g, " ");
  for (const { title } of GROUPS) expect(page).toContain(`\n ${title}\n`);
  for (const row of OPTIONS) {
    const value = row.placeholder.replaceAll("'", "");
    const shown = row.bare === undefined ? `=${value}` : `[=${value}]`;
    expect(page).toContain(`\n --${row.name}${value === "" ? "" : shown}`);
    expect(page.replaceAll(/\s+/g, " ")).toContain(row.help);
    if (row.type !== "flag" && row.default !== "") expect(page).toContain(`‘${row.default}’`);
  }
  const sections = "NAME SYNOPSIS DESCRIPTION OPTIONS ENVIRONMENT FILES SIGNALS EXAMPLES";
  for (const name of [...sections.split(" "), "EXIT STATUS", "SEE ALSO"]) {
    expect(page).toContain(`\n${name}\n`);
  }
});
