// The comparison with websocketd: the command line, under websockd's own name and under websocketd's.

import { tmpdir } from "node:os";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { PROGRAM, TEST_TIMEOUT_MS } from "../../support/server.ts";
import type { Observation } from "./case.ts";
import { COMMAND_LINE_CASES } from "./command-line-cases.ts";
import { problemsOf } from "./compare.ts";
import { ParityServer } from "./parity-server.ts";
import { WEBSOCKETD } from "./websocketd.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

async function outcome(program: readonly string[], words: readonly string[]): Promise<Observation> {
  return ParityServer.outcome({
    program,
    words: (port) => words.map((word) => word.replaceAll("{port}", String(port))),
    hasRedirport: false,
    environment: {},
    directory: tmpdir(),
  });
}

describe.skipIf(WEBSOCKETD === null)("the command line", () => {
  const rows = COMMAND_LINE_CASES.map((row) => [JSON.stringify(row.words), row] as const);
  test.concurrent.each(rows)("%s", async (name, { words, differs, differsAsWebsocketd }) => {
    const theirs = await outcome([WEBSOCKETD!], words);
    const ours = await outcome(PROGRAM, words);
    const alike = await outcome([...PROGRAM, "--as-websocketd"], words);
    const problems = [
      ...problemsOf({ name, differs }, theirs, ours),
      ...problemsOf(
        { name: `as websocketd: ${name}`, differs: differsAsWebsocketd },
        theirs,
        alike,
      ),
    ];
    expect(problems.join("\n")).toBe("");
  });
});
