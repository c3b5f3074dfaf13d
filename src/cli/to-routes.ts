// What each route comes to: what it says itself, and for the rest what the whole server has.

import type { RouteConfig } from "../config.ts";
import { COMMAND, COMMAND_LINE, withSources, type PlacedWords, type RouteLayer } from "./layers.ts";
import { coveringRoute, judgeCount } from "./covered-routes.ts";
import { notInherited } from "./inheritance.ts";
import { toConfig, type ConfigCall } from "./to-config.ts";
import { UsageError } from "./value.ts";

/** A route's own words before those of the whole server, as if this were all that is served. */
export interface PlacedRoute {
  readonly route: RouteLayer;
  readonly words: PlacedWords;
}

export interface PlacedRoutes {
  readonly routes: readonly PlacedRoute[];
  /** For which a stronger place leaves nothing. */
  readonly leftOut: readonly { readonly route: RouteLayer; readonly by: RouteLayer }[];
}

/** Each place's routes, the strongest first. */
export function placeRoutes(
  server: PlacedWords,
  places: readonly (readonly RouteLayer[])[],
): PlacedRoutes {
  const given = places.flat();
  judgeCount(given.length);
  const counting: RouteLayer[] = [];
  const leftOut: { route: RouteLayer; by: RouteLayer }[] = [];
  for (const route of given) {
    const by = coveringRoute(counting, route);
    if (by === undefined) counting.push(route);
    else leftOut.push({ route, by });
  }
  const routes = counting.map((route) => ({ route, words: routeWords(server, route) }));
  return { routes, leftOut };
}

function routeWords(server: PlacedWords, route: RouteLayer): PlacedWords {
  const values = new Map(server.values);
  const sources = new Map(server.sources);
  const places = [...route.values];
  for (const [name, { texts }] of places) values.set(name, texts);
  if (route.command !== null) places.push([COMMAND, route.command]);
  for (const [name, { source }] of places) {
    if (source === COMMAND_LINE) sources.delete(name);
    else sources.set(name, source);
  }
  const command = route.command?.texts ?? [];
  const merged = { ...server, values, command, sources };
  for (const name of notInherited(route, merged)) {
    values.delete(name);
    sources.delete(name);
  }
  return merged;
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
