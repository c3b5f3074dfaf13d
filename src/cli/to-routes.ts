// What each route comes to: what it says itself, and for the rest what the whole server has.

import type { RouteConfig } from "../config.ts";
import { COMMAND, COMMAND_LINE, withSources, type PlacedWords, type RouteLayer } from "./layers.ts";
import { coveringRoute } from "./covered-routes.ts";
import { toConfig, type ConfigCall } from "./to-config.ts";
import { UsageError } from "./value.ts";

/** A route's own words before those of the whole server, as if this were all that is served. */
export interface PlacedRoute {
  readonly route: RouteLayer;
  readonly words: PlacedWords;
}

/** Each place's routes, the strongest first: of two that take the same the first counts, and the other is none. */
export function placeRoutes(
  server: PlacedWords,
  places: readonly (readonly RouteLayer[])[],
): readonly PlacedRoute[] {
  const routes: RouteLayer[] = [];
  for (const route of places.flat()) {
    if (coveringRoute(routes, route) === undefined) routes.push(route);
  }
  return routes.map((route) => ({ route, words: routeWords(server, route) }));
}

function routeWords(server: PlacedWords, route: RouteLayer): PlacedWords {
  const values = new Map(server.values);
  const sources = new Map(server.sources);
  for (const name of notInherited(route)) {
    values.delete(name);
    sources.delete(name);
  }
  const own = [...route.values];
  for (const [name, { texts }] of own) values.set(name, texts);
  const command = route.command?.texts ?? [];
  const places = route.command === null ? own : [...own, [COMMAND, route.command] as const];
  for (const [name, { source }] of places) {
    if (source === COMMAND_LINE) sources.delete(name);
    else sources.set(name, source);
  }
  return { ...server, values, command, sources };
}

/** What the server's own says that can no longer be meant where a route says something else. */
function notInherited({ values }: RouteLayer): readonly string[] {
  // Its program is its own, and how many of those wait is for it to say.
  const always = [COMMAND, "dir", "prefork", "route"];
  const said = [...values].flatMap(([name, { texts }]) => givesWay(name, texts.at(-1) ?? ""));
  const waits = (values.get("prefork")?.texts.at(-1) ?? "0") !== "0";
  return [...always, ...said, ...(waits ? [] : ["prefork-env"])];
}

const RECORDS = ["framing", "binary", "frame-type", "max-record", "invalid-utf8"];
const STDERR = ["stderr", "passstderr"];

/** Two names of one thing, and what belongs to what the route does without. */
function givesWay(name: string, value: string): readonly string[] {
  const isOff = value === "";
  switch (name) {
    case "framing":
    case "binary":
      return RECORDS;
    case "stderr":
    case "passstderr":
      return STDERR;
    case "pty":
      // A terminal has records of its own, and its stderr.
      return isOff || value === "pipe" ? [] : [...RECORDS, ...STDERR];
    case "on-client-close":
      return value === "stop" ? ["finish-timeout"] : [];
    case "gate":
      return isOff ? ["gate-timeout"] : [];
    case "cgroup":
      return isOff ? ["cgroup-limit"] : [];
    case "subprotocol":
      return isOff ? ["subprotocol-required"] : [];
    default:
      return [];
  }
}

/** Throws UsageError that names the route, with the places of what it names. */
export function toRoute({ route, words }: PlacedRoute, call: ConfigCall): RouteConfig {
  try {
    const config = toConfig(words, call);
    return { path: route.path, hosts: route.hosts?.texts ?? [], config };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const text = withSources(`route ${route.path.text}: ${error.message}`, words.sources);
    throw new UsageError(text, error.kind, true);
  }
}
