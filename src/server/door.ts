// Builds the front door: which handlers there are, and in which order they are asked.

import { realpathSync } from "node:fs";
import type { Log } from "../log.ts";
import { aboutExchange } from "./exchange.ts";
import { FrontDoor, type FrontDoorOptions } from "./front-door.ts";
import type { Resources } from "./resources.ts";
import type { Tally } from "./tally.ts";
import { Upgrader, type UpgraderOptions } from "./upgrade.ts";

function scriptsOf(options: DoorOptions): FrontDoorOptions["scripts"] {
  const { cgiDirectory: directory, features } = options.resources;
  if (directory === null || features.cgi === null) return null;
  const runner = new features.cgi.CgiRunner({ ...options, directory });
  return (exchange) => runner.handle(exchange);
}

/** Alone it stands at every path, as websocketd's does; files and scripts have theirs. */
function consoleOf({ config, resources }: DoorOptions): FrontDoorOptions["before"] {
  const { devConsole, terminalConsole } = resources.features;
  if (devConsole === null) return [];
  const everywhere = resources.staticDirectory === null && resources.cgiDirectory === null;
  const name = "DEVCONSOLE";
  if (terminalConsole === null) return [{ name, handler: devConsole.devConsole({ everywhere }) }];
  const isReadonly = config.pty?.isReadonly ?? false;
  return [
    { name, handler: devConsole.messagesView() },
    { name, handler: terminalConsole.terminalConsole({ everywhere, isReadonly }) },
  ];
}

function filesOf({ config, resources, log }: DoorOptions): FrontDoorOptions["after"] {
  const { staticDirectory, cgiDirectory, directory, credentials } = resources;
  const { staticFiles } = resources.features;
  if (staticDirectory === null || staticFiles === null) return [];
  const keys = (config.tls?.certificates ?? []).map(({ keyFile }) => keyFile);
  const secrets = [...keys, ...(credentials?.paths ?? [])].map((path) => realpathSync(path));
  const excluded = [cgiDirectory, directory, ...secrets].filter((path) => path !== null);
  const refused = (text: string) => log.write("error", text, {}, "http");
  const handler = staticFiles.staticFiles({ root: staticDirectory, excluded, refused });
  return [{ name: "STATIC", handler }];
}

function authenticatorOf(options: DoorOptions): FrontDoorOptions["authenticator"] {
  const { credentials, features } = options.resources;
  if (credentials === null || features.authenticator === null) return null;
  return new features.authenticator.Authenticator({ ...options, credentials });
}

function upgraderOf(options: DoorOptions): FrontDoorOptions["upgrader"] {
  const { programs, features } = options.resources;
  if (programs === null) return null;
  const { config, kernel } = options;
  const compression =
    features.compression === null ? null : new features.compression.Compression(kernel, config);
  return new Upgrader({ ...options, programs, compression });
}

export interface DoorOptions extends Omit<UpgraderOptions, "programs" | "compression"> {
  readonly resources: Resources;
  readonly log: Log;
  readonly tally: Tally | null;
}

export function openDoor(options: DoorOptions): FrontDoor {
  const { admission, starter, log } = options;
  return new FrontDoor({
    admission,
    authenticator: authenticatorOf(options),
    starter,
    upgrader: upgraderOf(options),
    before: consoleOf(options),
    scripts: scriptsOf(options),
    after: filesOf(options),
    served: (exchange, word, status) => {
      log.write("access", word, { ...aboutExchange(exchange), status }, "http");
    },
  });
}
