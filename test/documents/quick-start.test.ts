// docs/quick-start.md: every command in it is run, and the page is used in a browser.

import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { ChromiumPage } from "../support/chromium.ts";
import { missing } from "../support/missing-peer.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { DocumentWalk } from "../support/walked-document.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const ROOT = join(import.meta.dir, "../..");
const noChromium = missing("chromium", Bun.which("chromium") !== null);

test.skipIf(noChromium)("from nothing to a page that talks to a program", async () => {
  using walk = new DocumentWalk("quick-start.md");
  // The copy that the page speaks of, with what the build reads, and the Bun that runs the tests in npx's place.
  for (const name of ["src", "scripts", "package.json"]) {
    cpSync(join(ROOT, name), walk.file(name), { recursive: true });
  }
  symlinkSync(process.execPath, walk.file("programs/bun"));
  const built = await walk.run([["npx -y bun@1.4.5", "bun"]]);
  expect(built.stdout).toMatch(/^websockd \d+\.\d+\.\d+$/m);

  await walk.run();
  await using server = await walk.serve();
  await using page = await ChromiumPage.open();
  await page.load(`http://localhost:${server.port}/`);
  await page.until("the input", `document.activeElement.tagName === "INPUT"`);
  const isSaid = (line: string) =>
    page.until(line, `document.querySelector("pre").textContent.includes(${JSON.stringify(line)})`);
  for (const word of ["hello", "a < b"]) {
    await page.type(word);
    await page.press("Enter");
    await isSaid(`${word.toUpperCase()}\n`);
  }
  await server.stop();
  await isSaid("closed: 1001 the server is stopping");
  walk.end();
});
