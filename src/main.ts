#!/usr/bin/env bun
// argv in, exit code out; what is not asked for is not loaded.

import { parseArguments } from "./cli/arguments.ts";
import { helpText } from "./cli/options.ts";
import { VERSION } from "./config.ts";
import { shieldClient, stdinIsClient } from "./server/inherited.ts";
import { EXIT_CONFIGURATION, StartError } from "./server/start-error.ts";

async function main(argv: readonly string[], name: string): Promise<void> {
  const isForClient = stdinIsClient();
  const request = parseArguments(argv, { name, stdinIsClient: isForClient });
  switch (request.kind) {
    case "help":
      console.log(helpText());
      return;
    case "version":
      console.log(`websockd ${VERSION}`);
      return;
    case "license": {
      const { LICENSE_TEXT } = await import("./license.ts");
      console.log(LICENSE_TEXT);
      return;
    }
    case "error":
      if (isForClient) {
        shieldClient();
        await tellSystemLog(request.text);
      }
      fail(`${request.text}\nTry websockd --help.`, request.status);
      return;
    case "check": {
      const { checkText } = await import("./cli/check.ts");
      const { searchPath } = await import("./server/resources.ts");
      const { checkServer } = await import("./start/check.ts");
      const { facts, problems } = await checkServer(request.config, searchPath(process.env));
      console.log(checkText(request.values, facts, problems));
      process.exitCode = problems.length === 0 ? 0 : EXIT_CONFIGURATION;
      return;
    }
    case "run": {
      const { run } = await import("./start/run.ts");
      await run(request.config, argv).catch(async (error: unknown) => {
        if (!(error instanceof StartError)) throw error;
        if (isForClient) await tellSystemLog(error.message);
        fail(error.message, error.status);
      });
    }
  }
}

/** Whoever started us reads nothing of ours. */
async function tellSystemLog(text: string): Promise<void> {
  const systemLog = await import("./start/system-log.ts");
  systemLog.tellSystemLog(text, process.env);
}

function fail(text: string, status: number): void {
  console.error(`websockd: ${text}`);
  process.exitCode = status;
}

await main(process.argv.slice(2), process.argv0);
