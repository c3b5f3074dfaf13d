// Run by launcher.test.ts with few descriptors: launches with 0, 1, 2, ... of them left, as its word says, and prints what came of it.

import { closeSync, openSync } from "node:fs";
import { launch, type Launch } from "../../src/service/launcher.ts";
import { terminalLauncher } from "../../src/service/terminal-launcher.ts";
import { descriptorCount, PATH, serviceOptions } from "./running.ts";

const FREE_MAX = 24;
const SIZE = { columns: 80, rows: 24, isReadonly: false };

/** The word is `pipes`, or a kind of terminal. */
function launchOf(word: string | undefined): Launch {
  if (word !== "terminal" && word !== "pipe") return launch;
  return terminalLauncher({ mode: word, ...SIZE });
}

const options = await serviceOptions();
const command = { path: "/bin/true", argv: ["true"] };
const request = { command, environment: { PATH }, stderr: { stderrLine: () => {} } };

/** Takes all descriptors that there are. */
function takeAll(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    return taken;
  }
}

async function outcomeWith(free: number): Promise<string> {
  const before = descriptorCount();
  const taken = takeAll();
  for (let i = 0; i < free; i++) closeSync(taken.pop()!);
  const service = launchOf(process.argv[2])(request, options);
  for (const fd of taken) closeSync(fd);
  if ("transient" in service) {
    if (descriptorCount() !== before) return `left ${descriptorCount() - before} open`;
    return service.transient ? "transient" : service.text;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  service.listener = { received() {}, drained() {}, inputEnded() {}, ended() {}, closed: resolve };
  await promise;
  return "started";
}

const outcomes: string[] = [];
for (let free = 0; free <= FREE_MAX; free++) outcomes.push(await outcomeWith(free));
console.log(JSON.stringify(outcomes));
process.exit(0);
