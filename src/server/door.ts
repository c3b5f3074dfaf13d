// Builds the front door: which handlers there are, and in which order they are asked.

import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import { hostPolicy } from "../http/host.ts";
import { aboutExchange } from "./exchange.ts";
import { FrontDoor, type FrontDoorOptions } from "./front-door.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import type { ServerParts } from "./application.ts";
import type { Resources } from "./resources.ts";
import type { Starter } from "./starter.ts";

function scriptsOf(options: DoorOptions): FrontDoorOptions["scripts"] {
  const { cgiDirectory: directory, features } = options.resources;
  if (directory === null || features.cgi === null) return null;
  const runner = new features.cgi.CgiRunner({ ...options, directory });
  return (exchange, path) => runner.handle(exchange, path);
}

/** Alone it stands at every path, as websocketd's does; files and scripts have theirs. */
function consoleOf({ config, resources }: DoorOptions): FrontDoorOptions["before"] {
  const { devConsole, terminalConsole } = resources.features;
  if (devConsole === null) return [];
  const everywhere = resources.staticDirectory === null && resources.cgiDirectory === null;
  const name = "DEVCONSOLE";
  if (terminalConsole === null) return [{ name, handler: devConsole.devConsole({ everywhere }) }];
  const terminals = [config, ...config.routes.map((route) => route.config)].map(({ pty }) => pty);
  const isReadonly = terminals.every((pty) => pty?.mode !== "terminal" || pty.isReadonly);
  return [
    { name, handler: devConsole.messagesView() },
    { name, handler: terminalConsole.terminalConsole({ everywhere, isReadonly }) },
  ];
}

function filesOf({ config, resources, log }: DoorOptions): FrontDoorOptions["after"] {
  const { staticDirectory, cgiDirectory, credentials } = resources;
  const { staticFiles } = resources.features;
  if (staticDirectory === null || staticFiles === null) return [];
  const keys = (config.tls?.certificates ?? []).map(({ keyFile }) => keyFile);
  const secrets = [...keys, ...(credentials?.paths ?? [])].map((path) => realpathSync(path));
  if (config.file !== null) secrets.push(placeOf(config.file));
  const directories = [resources, ...resources.routes].map(({ directory }) => directory);
  const excluded = [cgiDirectory, ...directories, ...secrets].filter((path) => path !== null);
  const refused = (text: string) => log.write("error", text, {}, "http");
  const handler = staticFiles.staticFiles({ root: staticDirectory, excluded, refused });
  return [{ name: "STATIC", handler }];
}

/** A worker serves by what its parent has read, wherever that file is by now. */
function placeOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}

function authenticatorOf(options: DoorOptions): FrontDoorOptions["authenticator"] {
  const { credentials, features } = options.resources;
  if (credentials === null || features.authenticator === null) return null;
  return new features.authenticator.Authenticator({ ...options, credentials });
}

export interface DoorOptions extends ServerParts, Pick<FrontDoorOptions, "finder" | "upgrader"> {
  readonly config: Config;
  readonly resources: Resources;
  readonly starter: Starter;
  readonly marks: QueueMarks;
}

export function openDoor(options: DoorOptions): FrontDoor {
  const { config, starter, finder, upgrader, log } = options;
  return new FrontDoor({
    host: hostPolicy(config.admission.hosts),
    authenticator: authenticatorOf(options),
    starter,
    finder,
    upgrader,
    before: consoleOf(options),
    scripts: scriptsOf(options),
    after: filesOf(options),
    served: (exchange, word, status) => {
      log.write("access", word, { ...aboutExchange(exchange), status }, "http");
    },
  });
}
