// Where a configuration file is looked for that nobody names: loaded by every start, and no more than two looks.

import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { OwnEnvironment } from "../server/own-variables.ts";

const NAME = "websockd/config.toml";

/** The first that there is counts alone; null: none. What we may not even look at is none. */
export function defaultConfigFile(environment: OwnEnvironment, system = "/etc"): string | null {
  const { XDG_CONFIG_HOME: given = "", HOME: home = "" } = environment;
  // The XDG Base Directory Specification: a path that is relative is to be ignored.
  const own = isAbsolute(given) ? given : isAbsolute(home) ? join(home, ".config") : null;
  const places = [...(own === null ? [] : [own]), system].map((place) => join(place, NAME));
  return places.find((path) => existsSync(path)) ?? null;
}
