// Builds the front door: which handlers there are, and in which order they are asked.

import { realpathSync } from "node:fs";
import { devConsole } from "../handlers/dev-console.ts";
import { staticFiles } from "../handlers/static-files.ts";
import type { Log } from "../log.ts";
import { Authenticator } from "./authenticator.ts";
import { CgiRunner } from "./cgi.ts";
import { aboutExchange } from "./exchange.ts";
import { FrontDoor, type FrontDoorOptions } from "./front-door.ts";
import type { Resources } from "./resources.ts";
import { Upgrader, type UpgraderOptions } from "./upgrade.ts";

function scriptsOf(options: DoorOptions): FrontDoorOptions["scripts"] {
  const directory = options.resources.cgiDirectory;
  if (directory === null) return null;
  const runner = new CgiRunner({ ...options, directory });
  return (exchange) => runner.handle(exchange);
}

/** Alone it stands at every path, as websocketd's does; files and scripts have theirs. */
function consoleOf({ config, resources }: DoorOptions): FrontDoorOptions["before"] {
  if (!config.http.hasConsole) return [];
  const everywhere = resources.staticDirectory === null && resources.cgiDirectory === null;
  return [{ name: "DEVCONSOLE", handler: devConsole({ everywhere }) }];
}

function filesOf({ config, resources, log }: DoorOptions): FrontDoorOptions["after"] {
  const { staticDirectory, cgiDirectory, directory, credentials } = resources;
  if (staticDirectory === null) return [];
  const keys = (config.tls?.certificates ?? []).map(({ keyFile }) => keyFile);
  const secrets = [...keys, ...(credentials?.paths ?? [])].map((path) => realpathSync(path));
  const excluded = [cgiDirectory, directory, ...secrets].filter((path) => path !== null);
  const refused = (text: string) => log.write("error", text, {}, "http");
  return [{ name: "STATIC", handler: staticFiles({ root: staticDirectory, excluded, refused }) }];
}

export interface DoorOptions extends Omit<UpgraderOptions, "programs"> {
  readonly resources: Resources;
  readonly log: Log;
}

export function openDoor(options: DoorOptions): FrontDoor {
  const { admission, starter, log } = options;
  const { programs, credentials } = options.resources;
  return new FrontDoor({
    admission,
    authenticator: credentials === null ? null : new Authenticator({ ...options, credentials }),
    starter,
    upgrader: programs === null ? null : new Upgrader({ ...options, programs }),
    before: consoleOf(options),
    scripts: scriptsOf(options),
    after: filesOf(options),
    served: (exchange, word, status) => {
      log.write("access", word, { ...aboutExchange(exchange), status }, "http");
    },
  });
}
