#!/usr/bin/env bun
// argv in, exit code out; what is not asked for is not loaded.

import { judgeCall, readCall, refuseCall, type ReadCall } from "./cli/arguments.ts";
import type { Layer } from "./cli/layers.ts";
import { helpText } from "./cli/options.ts";
import { UsageError } from "./cli/value.ts";
import { VERSION } from "./config.ts";
import { shieldClient, stdinIsClient } from "./server/inherited.ts";
import {
  CONFIG_VARIABLE,
  DAEMON_VARIABLE,
  HANDOVER_VARIABLE,
  OWN_PREFIX,
  OWN_VARIABLES,
  WORKER_VARIABLE,
} from "./server/own-variables.ts";
import { EXIT_CONFIGURATION, StartError } from "./server/start-error.ts";
import type { ConfigFile } from "./start/config-file.ts";
import { defaultConfigFile } from "./start/config-place.ts";

async function main(argv: readonly string[], name: string): Promise<void> {
  const isForClient = stdinIsClient();
  const call = readCall(argv, { name, stdinIsClient: isForClient });
  const places = await placesOf(call);
  const request =
    places instanceof Error
      ? refuseCall(call, places instanceof UsageError ? places : places.message)
      : judgeCall(call, places.layers);
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
      await fail(`${request.text}\nTry websockd --help.`, request.status);
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
      const { daemon, workers } = request.config.start;
      if (!(places instanceof Error) && places.file !== null && (daemon || workers !== 1)) {
        const { handConfigFile } = await import("./start/config-file.ts");
        handConfigFile(process.env, places.file);
      }
      await run(request.config, argv).catch(async (error: unknown) => {
        if (!(error instanceof StartError)) throw error;
        if (isForClient) await tellSystemLog(error.message);
        await fail(error.message, error.status);
      });
    }
  }
}

interface Places {
  /** The strongest first. */
  readonly layers: readonly Layer[];
  readonly file: ConfigFile | null;
}

/** What the environment and a file say besides the words, or why that is not known. */
async function placesOf(call: ReadCall): Promise<Places | UsageError | StartError> {
  if (call.isIdle) return { layers: [], file: null };
  try {
    const variables = call.isAlone ? null : await variablesOf(process.env);
    const named = call.file ?? variables?.values.get("config")?.texts.at(-1);
    const file = await fileOf(call, named);
    const layers = variables === null ? [] : [variables];
    if (file === null) return { layers, file };
    const { fileLayer } = await import("./cli/config-file.ts");
    return { layers: [...layers, fileLayer(file.path, file.text)], file };
  } catch (error) {
    if (error instanceof UsageError || error instanceof StartError) return error;
    throw error;
  }
}

/** Null: no variable is for us. */
async function variablesOf(environment: NodeJS.ProcessEnv): Promise<Layer | null> {
  const isOurs = (name: string) => name.startsWith(OWN_PREFIX) && !OWN_VARIABLES.includes(name);
  if (!Object.keys(environment).some(isOurs)) return null;
  const { variablesLayer } = await import("./cli/variables.ts");
  return variablesLayer(environment, OWN_VARIABLES);
}

/** A process that websockd has started itself takes what that has read, and looks for none. */
async function fileOf(call: ReadCall, named: string | undefined): Promise<ConfigFile | null> {
  const { env: environment } = process;
  const isOwn = [WORKER_VARIABLE, DAEMON_VARIABLE].some((name) => environment[name] !== undefined);
  if (isOwn && environment[CONFIG_VARIABLE] === undefined) return null;
  const path = named ?? (call.isAlone ? null : defaultConfigFile(environment));
  if (!isOwn && (path === null || path === "")) return null;
  const { handedConfigFile, readConfigFile } = await import("./start/config-file.ts");
  return isOwn ? handedConfigFile(environment) : readConfigFile(path!);
}

/** Whoever started us reads nothing of ours. */
async function tellSystemLog(text: string): Promise<void> {
  const systemLog = await import("./start/system-log.ts");
  systemLog.tellSystemLog(text, process.env);
}

async function fail(text: string, status: number): Promise<void> {
  console.error(`websockd: ${text}`);
  process.exitCode = status;
  if (!isSuccessor) return;
  const { tellFailure } = await import("./start/handover.ts");
  tellFailure(text);
  process.exit(); // our predecessor has the clients
}

/** The variable is deleted when it is read. */
const isSuccessor = process.env[HANDOVER_VARIABLE] !== undefined;
await main(process.argv.slice(2), process.argv0);
