// Starts both programs as a setup says and runs its cases against them, one bun test each.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../../support/server-deadline.ts";
import { childrenOf } from "../../support/server-processes.ts";
import { PROGRAM } from "../../support/server.ts";
import type { TestDirectory } from "../../support/server-directory.ts";
import type { ParityCase, Setup } from "./case.ts";
import { problemsOf } from "./compare.ts";
import { converse } from "./conversation.ts";
import { writeFolder } from "./folder.ts";
import { ParityServer } from "./parity-server.ts";
import { WEBSOCKETD } from "./websocketd.ts";

interface Pair {
  readonly directory: TestDirectory;
  readonly websocketd: ParityServer;
  readonly websockd: ParityServer;
}

export function describeSetup(setup: Setup): void {
  describe.skipIf(WEBSOCKETD === null)(setup.name, () => {
    let pair: Pair;
    beforeAll(async () => {
      pair = await startPair(setup);
    });
    afterAll(async () => {
      await endPair(pair);
    });
    test.each(setup.cases.map((row) => [row.name, row] as const))("%s", async (_, row) => {
      expect((await runCase(pair, row)).join("\n")).toBe("");
    });
  });
}

/** The sessions of the case before are over, on a busy machine, too: where there is one place, this case needs it. */
async function atEase(server: ParityServer): Promise<void> {
  await eventually("the end of the sessions before", () => {
    const isTold = !/(?<!DIS)CONNECT(?![^]*DISCONNECT)/.test(server.log);
    return isTold && childrenOf(server.pid).length === 0;
  });
}

async function runCase(pair: Pair, row: ParityCase): Promise<string[]> {
  await Promise.all([pair.websocketd, pair.websockd].map(atEase));
  const observed = [pair.websocketd, pair.websockd].map((server) =>
    converse({ server, folder: pair.directory.path, read: row.read }, row.steps),
  );
  const [theirs, ours] = await Promise.all(observed);
  return problemsOf(row, theirs!, ours!);
}

async function startPair(setup: Setup): Promise<Pair> {
  const directory = writeFolder(setup.files);
  const start = (program: readonly string[], own: readonly string[]) =>
    ParityServer.start({
      program,
      words: (port, redirport) =>
        ["--port={port}", "--address=127.0.0.1", ...own, ...wordsOf(setup)].map((word) =>
          word
            .replaceAll("{port}", String(port))
            .replaceAll("{redirport}", String(redirport))
            .replaceAll("{dir}", directory.path),
        ),
      hasRedirport: wordsOf(setup).some((word) => word.includes("{redirport}")),
      environment: setup.environment ?? {},
      directory: directory.path,
    });
  const websocketd = await start([WEBSOCKETD!], []);
  try {
    const websockd = await start(PROGRAM, setup.websockdOptions ?? []);
    return { directory, websocketd, websockd };
  } catch (error) {
    await websocketd.kill();
    directory[Symbol.dispose]();
    throw error;
  }
}

function wordsOf({ options = [], command = [] }: Setup): readonly string[] {
  return [...options, ...command];
}

/** Undefined when they did not start. */
async function endPair(pair: Pair | undefined): Promise<void> {
  if (pair === undefined) return;
  await pair.websocketd.kill();
  await pair.websockd.kill();
  pair.directory[Symbol.dispose]();
}
