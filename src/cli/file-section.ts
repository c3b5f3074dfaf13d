// The keys that stand under one header of a configuration file, or before any: each once, with what it says.

import type { PlacedTexts } from "./layers.ts";
import type { OptionRow } from "./option.ts";
import { toTexts } from "./placed-value.ts";
import { UsageError } from "./value.ts";

export const KEY_COMMAND = "command";

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
