// What a configuration file says: the layer that it is, or what in it is wrong, and where.

import type { Layer, PlacedTexts } from "./layers.ts";
import { OPTION_ROWS } from "./options.ts";
import { toTexts } from "./placed-value.ts";
import { statementsOf, type Statement } from "./statements.ts";
import { UsageError } from "./value.ts";
import { nearestName } from "./words.ts";

/** What is asked of one call, or said before the file is known. */
const NOT_IN_FILES = ["check", "config", "help", "license", "version"];
const KEY_COMMAND = "command";

/** Throws UsageError, which begins with `path:line:column: `. */
export function fileLayer(path: string, text: string): Layer {
  // Counts, for --check, where nobody has named the file.
  const byItself = { texts: [path], source: "found by itself" };
  const values = new Map<string, PlacedTexts>([["config", byItself]]);
  let command: PlacedTexts | null = null;
  const lines = new Map<string, number>();
  for (const statement of statementsOf(text)) {
    const { line, column } = statement;
    try {
      const [key, value] = parse(statement);
      const earlier = lines.get(key);
      if (earlier !== undefined) {
        throw new UsageError(`${key} stands in line ${earlier} already (leave one out)`);
      }
      lines.set(key, line);
      const source = `${path}:${line}`;
      if (key === KEY_COMMAND) command = { texts: toCommand(value), source };
      else values.set(key, { texts: toTexts(rowFor(key), value), source });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${path}:${line}:${column}: ${error.message}`, "file");
    }
  }
  return { values, command };
}

function parse({ text }: Statement): readonly [key: string, value: unknown] {
  if (text.startsWith("[")) {
    throw new UsageError(`${firstLine(text)}: there are no tables (give each option by its name)`);
  }
  let table: Readonly<Record<string, unknown>>;
  try {
    table = Bun.TOML.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const why = (error as Error).message.replace(/^TOML Parse error: /, "");
    throw new UsageError(`${firstLine(text)}: ${why}`);
  }
  const [entry] = Object.entries(table);
  return entry!;
}

/** An error is to be read, whatever the file is. */
function firstLine(text: string): string {
  const line = text.split("\n", 1)[0]!.trimEnd();
  return line.length > 60 ? `${line.slice(0, 60)}...` : line;
}

function rowFor(key: string) {
  const row = OPTION_ROWS.get(key);
  if (row !== undefined && !NOT_IN_FILES.includes(key)) return row;
  if (row !== undefined) throw new UsageError(`${key} is for the command line (leave it out)`);
  const names = [...OPTION_ROWS.keys(), KEY_COMMAND].filter((name) => !NOT_IN_FILES.includes(name));
  const nearest = nearestName(key, names);
  const hint = nearest === null ? "websockd --help lists them" : `did you mean ${nearest}?`;
  throw new UsageError(`${key} is no option (${hint})`);
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
