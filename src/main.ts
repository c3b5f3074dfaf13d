#!/usr/bin/env bun
// argv in, exit code out.

import { EXIT_USAGE, parseArguments } from "./cli/arguments.ts";
import { helpText } from "./cli/options.ts";
import { VERSION, type Config } from "./config.ts";
import { createLog } from "./log.ts";
import { runUntilSignal } from "./server/lifecycle.ts";
import { ListenError, startServer } from "./server/server.ts";
import { resolveCommand } from "./service/launcher.ts";

/** As a shell has them. */
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;
/** sysexits.h: EX_UNAVAILABLE. */
const EXIT_CANNOT_LISTEN = 69;

async function main(argv: readonly string[]): Promise<void> {
  const request = parseArguments(argv);
  switch (request.kind) {
    case "help":
      console.log(helpText());
      return;
    case "version":
      console.log(`websockd ${VERSION}`);
      return;
    case "error":
      fail(`${request.text}\nTry websockd --help.`, EXIT_USAGE);
      return;
    case "run":
      await run(request.config);
  }
}

async function run(config: Config): Promise<void> {
  const command = resolveCommand(config.command, process.env["PATH"] ?? "");
  if ("kind" in command) {
    const notFound = command.kind === "not found";
    return fail(command.text, notFound ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE);
  }
  const log = createLog(config.logLevel);
  try {
    const server = await startServer(config, command, log);
    runUntilSignal(server, log, (status) => process.exit(status));
    log.announce(`websockd listens on ${server.urls.join(" ")}`);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    fail(error.message, EXIT_CANNOT_LISTEN);
  }
}

function fail(text: string, status: number): void {
  console.error(`websockd: ${text}`);
  process.exitCode = status;
}

await main(process.argv.slice(2));
