// Everything is built once; each thing that was made is installed as a user would, and serves a client.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { PACKAGES_DEADLINE_MS, succeed } from "./commands.ts";
import { built, clearAway } from "./release.ts";

setDefaultTimeout(PACKAGES_DEADLINE_MS);
afterAll(clearAway);

test("sha256sum takes the list of checksums", async () => {
  const words = ["sha256sum", "--check", "--quiet", "SHA256SUMS"];
  expect(await succeed(words, { directory: built.path })).toBe("");
});

// Each with its tests.
for (const name of ["platforms", "npm", "debian", "container", "homebrew"]) {
  await import(`./${name}.ts`);
}
