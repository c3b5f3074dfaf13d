// What is loaded where there are routes, or where --check tells of them: most command lines do without.

import { givenOf, type Given } from "./given.ts";
import { COMMAND_LINE, type Layer, type PlacedWords } from "./layers.ts";
import { readRoutes } from "./route-text.ts";
import type { ConfigCall } from "./to-config.ts";
import { placeRoutes, toRoute, type PlacedRoutes } from "./to-routes.ts";
import type { RouteConfig } from "../config.ts";

/** Those of all places, what the command line says first. Throws UsageError. */
export class Routing {
  readonly #placed: PlacedWords;
  readonly #routes: PlacedRoutes;

  constructor(placed: PlacedWords, layers: readonly Layer[]) {
    const words = placed.values.get("route") ?? [];
    const own = readRoutes(words, { option: "--route", source: COMMAND_LINE });
    this.#placed = placed;
    this.#routes = placeRoutes(placed, [own, ...layers.map((layer) => layer.routes)]);
  }

  get count(): number {
    return this.#routes.routes.length;
  }

  /** Throws UsageError. */
  configs(call: ConfigCall): readonly RouteConfig[] {
    return this.#routes.routes.map((route) => toRoute(route, call));
  }

  /** For --check. */
  given(): Given {
    return givenOf(this.#placed, this.#routes);
  }
}
