// What a configuration file says: the layer that it is, or what in it is wrong, and where.

import { FileRoute, judgeHeader } from "./file-route.ts";
import {
  FileSection,
  HEADER,
  KEY_COMMAND,
  KEY_PATH,
  keyProblem,
  NOT_IN_FILES,
  type Place,
} from "./file-section.ts";
import type { Layer, RouteLayer } from "./layers.ts";
import type { OptionRow } from "./option.ts";
import { OPTION_ROWS } from "./options.ts";
import { coveredText, coveringRoute } from "./covered-routes.ts";
import { statementsOf, type Statement } from "./statements.ts";
import { UsageError } from "./value.ts";

/** Of the keys of the whole server. */
const NAMES = [...OPTION_ROWS.keys(), KEY_COMMAND].filter(
  (name) => name !== "route" && !NOT_IN_FILES.includes(name),
);

interface FilePlace extends Place {
  readonly column: number;
}

/** Throws UsageError, which begins with `path:line:column: `. */
export function fileLayer(path: string, text: string): Layer {
  const server = new FileSection();
  // Counts, for --check, where nobody has named the file.
  server.values.set("config", { texts: [path], source: "found by itself" });
  const routes: FileRoute<FilePlace>[] = [];
  for (const statement of statementsOf(text)) {
    const { line, column } = statement;
    const place = { line, column, source: `${path}:${line}` };
    at(place, () => {
      if (statement.text.startsWith("[")) {
        judgeHeader(statement.text, firstLine(statement.text));
        routes.push(new FileRoute(place));
        return;
      }
      const [key, value] = parse(statement);
      const route = routes.at(-1);
      if (route === undefined) take(server, key, value, place);
      else route.take(key, value, place);
    });
  }
  return { values: server.values, command: server.command, routes: endRoutes(routes) };
}

function endRoutes(routes: readonly FileRoute<FilePlace>[]): readonly RouteLayer[] {
  const ended: RouteLayer[] = [];
  for (const route of routes) {
    const layer = at(route.place, () => route.end());
    const by = coveringRoute(ended, layer);
    at(route.pathPlace, () => {
      if (by !== undefined) throw new UsageError(coveredText(layer, by));
    });
    ended.push(layer);
  }
  return ended;
}

/** What is wrong there gets the place. */
function at<Result>({ source, column }: FilePlace, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${source}:${column}: ${error.message}`, "file");
  }
}

function take(server: FileSection, key: string, value: unknown, place: Place): void {
  server.note(key, place);
  if (key === KEY_COMMAND) server.takeCommand(value, place);
  else server.takeOption(rowFor(key), value, place);
}

function parse({ text }: Statement): readonly [key: string, value: unknown] {
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

function rowFor(key: string): OptionRow {
  const row = OPTION_ROWS.get(key);
  if (row !== undefined && NAMES.includes(key)) return row;
  if (key !== KEY_PATH) throw keyProblem(key, NAMES);
  throw new UsageError(`${key} is a route's: write ${HEADER} before it`);
}
