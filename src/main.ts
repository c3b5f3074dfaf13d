#!/usr/bin/env bun
// argv in, exit code out; what is not asked for is not loaded.

import {
  judgeCall,
  readCall,
  refuseCall,
  wantsRouting,
  type Arguments,
  type ReadCall,
} from "./cli/arguments.ts";
import { helpText } from "./cli/options.ts";
import { UsageError } from "./cli/value.ts";
import { VERSION } from "./config.ts";
import { placesOf, type PlaceProblem, type Places } from "./places.ts";
import { shieldClient, stdinIsClient } from "./server/inherited.ts";
import { HANDOVER_VARIABLE } from "./server/own-variables.ts";
import { EXIT_CONFIGURATION, StartError } from "./server/start-error.ts";
import type { ReadAgain } from "./start/reload.ts";

async function main(argv: readonly string[], name: string): Promise<void> {
  const isForClient = stdinIsClient();
  const call = readCall(argv, { name, stdinIsClient: isForClient });
  const places = await placesOf(call);
  const request = await requestOf(call, places);
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
      await fail(request.text, request.status, "\nTry websockd --help.");
      return;
    case "check": {
      const { checkText } = await import("./cli/check.ts");
      const { searchPath } = await import("./server/resources.ts");
      const { checkServer } = await import("./start/check.ts");
      const { facts, problems } = await checkServer(request.config, searchPath(process.env));
      console.log(checkText(request, facts, problems));
      process.exitCode = problems.length === 0 ? 0 : EXIT_CONFIGURATION;
      return;
    }
    case "run": {
      const { run } = await import("./start/run.ts");
      const { daemon, workers } = request.config.start;
      if (!(places instanceof Error) && places.file !== null && (daemon || workers !== 1)) {
        const { handConfigFile } = await import("./start/config-file.ts");
        handConfigFile(process.env, places.file);
      }
      // One that was found once must be there: what it said is not to go on counting without a word.
      let path = places instanceof Error ? null : (places.file?.path ?? null);
      const readAgain: ReadAgain = async (given) => {
        const found = await placesOf(call, { given, path });
        const again = await requestOf(call, found);
        if (again.kind === "error") return { problem: again.text };
        if (again.kind !== "run" || found instanceof Error || found.file === null) return null;
        path = found.file.path;
        return { config: again.config, file: found.file };
      };
      await run(request.config, { words: argv, readAgain }).catch(async (error: unknown) => {
        if (!(error instanceof StartError)) throw error;
        if (isForClient) await tellSystemLog(error.message);
        await fail(error.message, error.status);
      });
    }
  }
}

async function requestOf(call: ReadCall, places: Places | PlaceProblem): Promise<Arguments> {
  if (places instanceof Error) {
    return refuseCall(call, places instanceof UsageError ? places : places.message);
  }
  const { layers } = places;
  const Routes = wantsRouting(call, layers) ? (await import("./cli/routing.ts")).Routing : null;
  return judgeCall(call, layers, Routes);
}

/** Whoever started us reads nothing of ours. */
async function tellSystemLog(text: string): Promise<void> {
  const systemLog = await import("./start/system-log.ts");
  systemLog.tellSystemLog(text, process.env);
}

async function fail(text: string, status: number, remedy = ""): Promise<void> {
  console.error(`websockd: ${text}${remedy}`);
  process.exitCode = status;
  if (!isSuccessor) return;
  const { tellFailure } = await import("./start/handover.ts");
  tellFailure(text);
  process.exit(); // our predecessor has the clients
}

/** The variable is deleted when it is read. */
const isSuccessor = process.env[HANDOVER_VARIABLE] !== undefined;
await main(process.argv.slice(2), process.argv0);
