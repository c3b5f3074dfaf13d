// The keys that stand under one header of a configuration file, or before any: each once, with what it says.

import type { PlacedTexts } from "./layers.ts";
import type { OptionRow } from "./option.ts";
import { toTexts } from "./placed-value.ts";
import { UsageError } from "./value.ts";
import { nearestName } from "./words.ts";

export const KEY_COMMAND = "command";
export const HEADER = "[[route]]";
export const KEY_PATH = "path";

/** What is asked of one call, or said before the file is known. */
export const NOT_IN_FILES: readonly string[] = ["check", "config", "help", "license", "version"];

/** Where a key or a header stands. */
export interface Place {
  readonly line: number;
  /** For people: `/etc/websockd/config.toml:3`. */
  readonly source: string;
}

export class FileSection {
  readonly values = new Map<string, PlacedTexts>();
  command: PlacedTexts | null = null;
  readonly #lines = new Map<string, number>();

  /** Throws UsageError: the key stands there already. */
  note(key: string, { line }: Place): void {
    const earlier = this.#lines.get(key);
    if (earlier !== undefined) {
      throw new UsageError(`${key} stands in line ${earlier} already (leave one out)`);
    }
    this.#lines.set(key, line);
  }

  takeOption(row: OptionRow, value: unknown, { source }: Place): void {
    this.values.set(row.name, { texts: toTexts(row, value), source });
  }

  takeCommand(value: unknown, { source }: Place): void {
    this.command = { texts: toCommand(value), source };
  }
}

/** A key that stands where it cannot. `names` are those that can. */
export function keyProblem(key: string, names: readonly string[]): UsageError {
  if (NOT_IN_FILES.includes(key)) {
    return new UsageError(`${key} is for the command line (leave it out)`);
  }
  if (key === "route" || key === "routes") {
    return new UsageError(`${key}: each begins with ${HEADER}, and has its keys below that`);
  }
  const nearest = nearestName(key, names);
  const hint = nearest === null ? "websockd --help lists them" : `did you mean ${nearest}?`;
  return new UsageError(`${key} is no option (${hint})`);
}

function toCommand(value: unknown): readonly string[] {
  const isFine =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((word) => typeof word === "string" && !word.includes("\0")) &&
    value[0] !== "";
  if (isFine) return value;
  throw new UsageError(
    `${KEY_COMMAND}: a program and its arguments are wanted, for example ${KEY_COMMAND} = ["cat", "-u"]`,
  );
}
