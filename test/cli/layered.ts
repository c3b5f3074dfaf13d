// What words, variables and a file come to together, for the tests that expect them to be taken, or refused.

import { readCall, type Arguments } from "../../src/cli/arguments.ts";
import { judgeCall } from "./judged.ts";
import { fileLayer } from "../../src/cli/config-file.ts";
import { UsageError } from "../../src/cli/value.ts";
import { variablesLayer } from "../../src/cli/variables.ts";
import type { Config } from "../../src/config.ts";

export interface Given {
  readonly words?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly file?: string;
}

export function resultOf({ words = [], variables = {}, file = "" }: Given): Arguments {
  const layers = [variablesLayer(variables, []), fileLayer("/f.toml", file)];
  return judgeCall(readCall(words), layers);
}

export function configOf(given: Given): Config {
  const result = resultOf(given);
  if (result.kind !== "run") throw new Error(JSON.stringify(result));
  return result.config;
}

/** With the status, or the kind of what was found before anything was judged. */
export function problemOf(given: Given): string {
  try {
    const result = resultOf(given);
    if (result.kind === "error") return `${result.status} ${result.text}`;
  } catch (error) {
    if (error instanceof UsageError) return `${error.kind} ${error.message}`;
    throw error;
  }
  throw new Error(`taken: ${JSON.stringify(given)}`);
}
