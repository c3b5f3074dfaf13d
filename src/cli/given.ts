// What each option comes to and which place says so, for --check: of the server, and of each route what is otherwise.

import { COMMAND, COMMAND_LINE, type PlacedWords } from "./layers.ts";
import { OPTIONS } from "./options.ts";
import type { PlacedRoute, PlacedRoutes } from "./to-routes.ts";

const DEFAULT = "default";
/** Of what is as by default in a route alone. */
const NOT_INHERITED = "default, not inherited";

/** Where a value in a Config came from. */
export interface GivenValue {
  /** Of an option with its `--`. */
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** Of a route: where it begins, and what is not as it is for the whole server. */
export interface GivenRoute {
  readonly path: string;
  readonly source: string;
  readonly values: readonly GivenValue[];
}

export interface Given {
  readonly values: readonly GivenValue[];
  readonly routes: readonly GivenRoute[];
}

export function givenOf(server: PlacedWords, { routes, leftOut }: PlacedRoutes): Given {
  const values = valuesOf(server);
  const others = leftOut.map(({ route: { path, source }, by }): GivenRoute => {
    const why = `never asked: ${by.path.text} of ${by.source} goes before it`;
    return { path: path.text, source: `${source}; ${why}`, values: [] };
  });
  return { values, routes: [...routes.map((route) => routeOf(route, values)), ...others] };
}

function routeOf({ route, words }: PlacedRoute, server: readonly GivenValue[]): GivenRoute {
  const { path, hosts, source } = route;
  const host =
    hosts === null ? [] : [{ name: "host", value: hosts.texts.join(", "), source: hosts.source }];
  const options = valuesOf(words).flatMap((own): GivenValue[] => {
    const whole = server.find(({ name }) => name === own.name);
    if (whole?.value === own.value && whole.source === own.source) return [];
    if (own.source !== DEFAULT) return [own];
    return own.value === "" ? [] : [{ ...own, source: NOT_INHERITED }];
  });
  return { path: path.text, source, values: [...host, ...options] };
}

/** Options that ask something, and configure nothing; and what is shown by itself. */
const NOT_SHOWN = ["check", "help", "version", "license", "route"];

function valuesOf({ values, command, sources }: PlacedWords): GivenValue[] {
  const shown = OPTIONS.filter((row) => !NOT_SHOWN.includes(row.name));
  const options = shown.map((row) => {
    const name = `--${row.name}`;
    const given = values.get(row.name);
    if (given === undefined) return { name, value: row.default, source: DEFAULT };
    const kept = row.type === "texts" ? given : given.slice(-1);
    return { name, value: kept.join(", "), source: sources.get(row.name) ?? COMMAND_LINE };
  });
  if (command.length === 0) return options;
  const source = sources.get(COMMAND) ?? COMMAND_LINE;
  return [...options, { name: COMMAND, value: command.join(" "), source }];
}
