// --base-path and routes: what of a path is ours, and which route it is; most servers have neither.

import { hostPolicy, type HostPolicy } from "../http/host.ts";
import type { RequestPath } from "../http/request-path.ts";
import type { RequestHead } from "../http/request.ts";
import { basePrefix, matchPath, type RouteMatch } from "../http/route.ts";
import type { RoutePath } from "../route-path.ts";
import type { Exchange } from "./exchange.ts";

/** Takes requests for a WebSocket. */
export interface WebSocketTaker {
  handle(exchange: Exchange, match: RouteMatch): void;
}

export interface Route {
  readonly path: RoutePath;
  /** As --host; empty: any. */
  readonly hosts: readonly string[];
  readonly upgrader: WebSocketTaker;
}

export class RouteFinder {
  readonly #base: RoutePath;
  readonly #routes: readonly (Omit<Route, "hosts"> & { readonly isFor: HostPolicy })[];

  /** The first route that takes a request serves it. */
  constructor(basePath: string, routes: readonly Route[]) {
    this.#base = basePrefix(basePath);
    this.#routes = routes.map(({ hosts, ...rest }) => ({ ...rest, isFor: hostPolicy(hosts) }));
  }

  /** What is left of the path below --base-path; null: it is not below. */
  below(path: RequestPath): RequestPath | null {
    return matchPath(this.#base, path)?.path ?? null;
  }

  /** `path` is what is below. Null: no route takes it. */
  find(
    head: RequestHead,
    path: RequestPath,
  ): { readonly upgrader: WebSocketTaker; readonly match: RouteMatch } | null {
    for (const { isFor, path: own, upgrader } of this.#routes) {
      const match = isFor(head) ? matchPath(own, path) : null;
      if (match !== null) return { upgrader, match };
    }
    return null;
  }
}
