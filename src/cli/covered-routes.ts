// Which route before another takes all that the other would: that one is never asked.

import { coversPath } from "../route-path.ts";
import type { PlacedTexts, RouteLayer } from "./layers.ts";
import { UsageError } from "./value.ts";

/** Each is compared with each, and a request with one after the other. */
const ROUTES_MAX = 1000;

/** Throws UsageError. */
export function judgeCount(count: number): void {
  if (count <= ROUTES_MAX) return;
  const remedy = "one for several: /chat/*, or a part that is any name, /{name}";
  throw new UsageError(`${count} routes are over ${ROUTES_MAX} (${remedy})`);
}

/** The first of the earlier ones that leaves nothing for this one. */
export function coveringRoute(
  earlier: readonly RouteLayer[],
  route: RouteLayer,
): RouteLayer | undefined {
  return earlier.find(
    (other) => coversPath(other.path, route.path) && coversHosts(other.hosts, route.hosts),
  );
}

function coversHosts(hosts: PlacedTexts | null, others: PlacedTexts | null): boolean {
  if (hosts === null) return true;
  const names = ({ texts }: PlacedTexts) => new Set(texts.map((name) => name.toLowerCase()));
  return others !== null && names(others).isSubsetOf(names(hosts));
}

/** Why a route is never asked, and what to do. */
export function coveredText(route: RouteLayer, by: RouteLayer): string {
  const { text } = route.path;
  const remedy = coversPath(route.path, by.path) ? "leave one out" : `write ${text} before it`;
  return `route ${text} is never asked: ${by.path.text} (${by.source}) takes all that it would (${remedy})`;
}
