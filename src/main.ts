#!/usr/bin/env bun
// argv in, exit code out.

import { parseArguments } from "./cli/arguments.ts";
import { checkText } from "./cli/check.ts";
import { helpText } from "./cli/options.ts";
import { VERSION, type Config } from "./config.ts";
import { createLog } from "./log.ts";
import { LICENSE_TEXT } from "./license.ts";
import { checkServer } from "./server/check.ts";
import { runUntilSignal } from "./server/lifecycle.ts";
import { ListenError } from "./server/listening.ts";
import { findResources, type ResourceProblem } from "./server/resources.ts";
import { startServer, type Server } from "./server/server.ts";

/** sysexits.h: EX_UNAVAILABLE, EX_CONFIG; and what a shell has for programs. */
const EXIT_CANNOT_LISTEN = 69;
const EXIT_CONFIGURATION = 78;
const EXIT_OF_PROBLEM: Readonly<Record<ResourceProblem["kind"], number>> = {
  "command not found": 127,
  "command not executable": 126,
  configuration: EXIT_CONFIGURATION,
};
/** websocketd's. */
const WEBSOCKETD_EXIT_CONFIGURATION = 1;
const WEBSOCKETD_EXIT_CANNOT_LISTEN = 3;

async function main(argv: readonly string[], name: string): Promise<void> {
  const request = parseArguments(argv, name);
  switch (request.kind) {
    case "help":
      console.log(helpText());
      return;
    case "version":
      console.log(`websockd ${VERSION}`);
      return;
    case "license":
      console.log(LICENSE_TEXT);
      return;
    case "error":
      fail(`${request.text}\nTry websockd --help.`, request.status);
      return;
    case "check": {
      const { facts, problems } = await checkServer(request.config, process.env["PATH"] ?? "");
      console.log(checkText(request.values, facts, problems));
      process.exitCode = problems.length === 0 ? 0 : EXIT_CONFIGURATION;
      return;
    }
    case "run":
      await run(request.config);
  }
}

async function run(config: Config): Promise<void> {
  const isWebsocketd = config.personality === "websocketd";
  const { resources, problems } = findResources(config, process.env["PATH"] ?? "");
  const problem = problems[0];
  if (problem !== undefined) {
    const status = isWebsocketd ? WEBSOCKETD_EXIT_CONFIGURATION : EXIT_OF_PROBLEM[problem.kind];
    return fail(problems.map(({ text }) => text).join("\n"), status);
  }
  const log = createLog(config.log.level, config.log);
  try {
    const server = await startServer(config, resources, log);
    runUntilSignal(server, log, (status) => process.exit(status));
    if (isWebsocketd) for (const line of websocketdLines(config, server)) log.write("info", line);
    else log.announce(`websockd listens on ${server.urls.join(" ")}`);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    fail(error.message, isWebsocketd ? WEBSOCKETD_EXIT_CANNOT_LISTEN : EXIT_CANNOT_LISTEN);
  }
}

/** What websocketd says at its start, in its order. */
function websocketdLines({ command, directory, http }: Config, server: Server): string[] {
  return [
    ["Serving using application   ", command.length > 0 ? command.join(" ") : null],
    ["Serving from directory      ", directory],
    ["Serving static content from ", http.staticDirectory],
    ["Serving CGI scripts from    ", http.cgiDirectory],
    ...server.urls.map((url) => ["Starting WebSocket server   ", url]),
  ].flatMap(([what, value]) => (value === null ? [] : [`${what}: ${value}`]));
}

function fail(text: string, status: number): void {
  console.error(`websockd: ${text}`);
  process.exitCode = status;
}

await main(process.argv.slice(2), process.argv0);
