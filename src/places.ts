// What the environment and a file say besides the words: at the start, and when they are read again.

import type { ReadCall } from "./cli/arguments.ts";
import type { Layer } from "./cli/layers.ts";
import { UsageError } from "./cli/value.ts";
import {
  CONFIG_VARIABLE,
  DAEMON_VARIABLE,
  OWN_PREFIX,
  OWN_VARIABLES,
  WORKER_VARIABLE,
} from "./server/own-variables.ts";
import { StartError } from "./server/start-error.ts";
import type { ConfigFile } from "./start/config-file.ts";
import { defaultConfigFile } from "./start/config-place.ts";

export interface Places {
  /** The strongest first. */
  readonly layers: readonly Layer[];
  readonly file: ConfigFile | null;
}

/** Why they are not known. */
export type PlaceProblem = UsageError | StartError;

/** Those of a server that has started: a file that was read for it, or where it reads its own. */
export interface Again {
  readonly given: ConfigFile | null;
  readonly path: string | null;
}

/** `again`: null at the start. */
export async function placesOf(
  call: ReadCall,
  again: Again | null = null,
): Promise<Places | PlaceProblem> {
  if (call.isIdle) return { layers: [], file: null };
  try {
    const variables = call.isAlone ? null : await variablesOf(process.env);
    const named = call.file ?? variables?.values.get("config")?.texts.at(-1);
    const file = again?.given ?? (await fileOf(call, again?.path ?? named, again === null));
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
async function fileOf(
  call: ReadCall,
  named: string | undefined,
  isStart: boolean,
): Promise<ConfigFile | null> {
  const { env: environment } = process;
  const isOwn =
    isStart && [WORKER_VARIABLE, DAEMON_VARIABLE].some((name) => environment[name] !== undefined);
  if (isOwn && environment[CONFIG_VARIABLE] === undefined) return null;
  const path = named ?? (call.isAlone ? null : defaultConfigFile(environment));
  if (!isOwn && (path === null || path === "")) return null;
  const { handedConfigFile, readConfigFile } = await import("./start/config-file.ts");
  return isOwn ? handedConfigFile(environment) : readConfigFile(path!);
}
