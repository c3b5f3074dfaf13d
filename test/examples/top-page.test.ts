// `bun run example top`: a terminal program on the console, in Chromium.

import { expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { startExample } from "../support/running-example.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { isTerminalMissing, TerminalPage } from "../support/terminal-page.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const isTopMissing = missing("top", Bun.which("top") !== null);

test.skipIf(isTerminalMissing || isTopMissing)("top is seen, and ends by a key", async () => {
  await using server = await startExample("top");
  await using terminal = await TerminalPage.open();
  await terminal.load(`http://127.0.0.1:${server.port}/`);
  await terminal.shows(/^top - .*load average:/);
  await terminal.shows(/PID USER/);
  expect(terminal.foreignRequests).toEqual([]);
  await terminal.page.type("q");
  await terminal.state("ended");
});
