// All that is served by one reading of the configuration: a reload makes the next, and what began with this one goes on.

import type { Config, HeaderField } from "../config.ts";
import { openApplication, type Application, type ServerParts } from "./application.ts";
import { boundsOf, preforkTotal } from "./bounds.ts";
import { openDoor } from "./door.ts";
import type { FrontDoor } from "./front-door.ts";
import type { Resources } from "./resources.ts";
import type { Route } from "./route-finder.ts";
import type { Starter } from "./starter.ts";

export class Edition {
  readonly door: FrontDoor;
  /** That of COMMAND and of scripts; it refuses for all. */
  readonly starter: Starter;
  /** Of every answer but the 101. */
  readonly fields: readonly HeaderField[];
  /** Descriptors of the programs that wait. */
  readonly heldBySpares: number;
  readonly #applications: readonly Application[];

  constructor(config: Config, resources: Resources, parts: ServerParts) {
    const { features } = resources;
    const total = preforkTotal(config);
    const bounds = boundsOf(config);
    this.heldBySpares = bounds.heldBySpares;
    this.fields = [...config.http.fields, ...config.http.plainFields];
    let wanted = 0;
    const borne = () => (total === 0 ? 0 : Math.floor((bounds.spares * wanted) / total));
    const open = (own: Config, program: Resources["routes"][number]) => {
      const before = borne();
      wanted += own.prefork.count;
      const spares = borne() - before; // all of them together are what is borne
      return openApplication({ ...parts, config: own, program, features, spares });
    };
    const main = open(config, resources);
    const others = config.routes.map((route, i) => open(route.config, resources.routes[i]!));
    const routes = config.routes.flatMap(({ path, hosts }, i): Route[] => {
      const { upgrader } = others[i]!;
      return upgrader === null ? [] : [{ path, hosts, upgrader }];
    });
    const finder =
      features.routes === null ? null : new features.routes.RouteFinder(config.basePath, routes);
    this.starter = main.starter;
    this.#applications = [main, ...others];
    this.door = openDoor({ ...parts, ...main, config, resources, finder });
  }

  /** Starts the programs that wait for their clients. */
  fill(): void {
    for (const { spares } of this.#applications) spares?.fill();
  }

  /** No program waits any longer; resolves when none is left. */
  async stopSpares(): Promise<void> {
    await Promise.all(this.#applications.map(({ spares }) => spares?.stop()));
  }

  killSpares(): void {
    for (const { spares } of this.#applications) spares?.kill();
  }
}
