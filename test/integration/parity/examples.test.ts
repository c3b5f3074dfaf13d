// The programs that a newcomer writes first, run by websocketd and by websockd with equal results.

import { expect, setDefaultTimeout, test } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { EXAMPLE_LANGUAGES, EXAMPLES, exampleSetups } from "./example-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const language of EXAMPLE_LANGUAGES) {
  const name = language.command.split(" ")[0]!;
  if (Bun.which(name) !== null) for (const setup of exampleSetups(language)) describeSetup(setup);
  else if (process.env["CI"] === "true") throw new Error(`CI has no ${name}`);
  else console.log(`skipped: the examples for ${name} (it is not installed)`);
}

test("every language has every example", () => {
  for (const { programs } of EXAMPLE_LANGUAGES) {
    expect(Object.keys(programs)).toEqual(Object.keys(EXAMPLES));
  }
});
