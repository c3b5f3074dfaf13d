// What the options come to together: the frozen Config, or which of them do not fit each other.

import type { Config, HttpConfig, TlsConfig } from "../config.ts";
import type { ListenConfig } from "../config-listen.ts";
import type { LogFormat, LogLevel } from "../log-format.ts";
import {
  toBasePath,
  toFields,
  toHosts,
  toMode,
  toOrigins,
  toOwner,
  toPassed,
  toSubprotocols,
  toVariables,
} from "./lists.ts";
import { adminOf, healthOf } from "./to-admin.ts";
import { authenticationOf } from "./to-access.ts";
import { containmentOf } from "./to-containment.ts";
import { framingOf } from "./to-framing.ts";
import { gateOf } from "./to-gate.ts";
import { drainOf, lifeOf, preforkOf } from "./to-life.ts";
import { proxiesOf } from "./to-proxies.ts";
import { ptyOf } from "./to-pty.ts";
import { namesake, startOf } from "./to-start.ts";
import { UsageError } from "./value.ts";
import { defaultOf, Values } from "./values.ts";
import type { Words } from "./words.ts";

const PORT_HTTPS = 443;

export interface ConfigCall {
  readonly personality: Config["personality"];
  /** What websockd was called as: argv[0]. */
  readonly name: string;
  /** There are routes, which have programs of their own. */
  readonly hasRoutes: boolean;
}

/** Without the routes, and as if there were no file. Throws UsageError. */
export function toConfig(words: Words, { personality, name, hasRoutes }: ConfigCall): Config {
  const values = new Values(words);
  const start = startOf(values);
  const isNamesake =
    start.inetd && words.command.length === 0 && values.text("dir") === "" && !hasRoutes;
  const command = isNamesake ? namesake(name, values) : words.command;
  const directory = values.textOrNull("dir");
  const isWebsocketd = personality === "websocketd";
  judgeTogether(values, { command, isWebsocketd, hasRoutes });
  const tls = tlsOf(values);
  const pty = ptyOf(values);
  const listen = listenOf(values, { tls, isWebsocketd });
  const subprotocolRequired = values.flag("subprotocol-required");
  return Object.freeze({
    personality,
    file: null,
    command,
    directory,
    routes: [],
    basePath: toBasePath(values.text("base-path")),
    listen,
    admin: adminOf(values, listen),
    health: healthOf(values, listen),
    tls,
    authentication: authenticationOf(values),
    admission: {
      sessionsMax: Math.max(0, values.number("maxforks")),
      sessionsPerAddressMax: values.number("maxforks-per-ip"),
      origin: toOrigins(values.text("origin"), {
        isOpen: isWebsocketd,
        sameOrigin: values.flag("sameorigin"),
      }),
      hosts: toHosts(values.text("host")),
      reverseLookup: values.flag("reverselookup"),
    },
    proxies: proxiesOf(values),
    gate: gateOf(values, hasRoutes || command.length > 0 || directory !== null),
    http: httpOf(values),
    environment: {
      passed: toPassed(values.text("passenv"), defaultOf("passenv")),
      set: toVariables(values.all("env")),
    },
    life: lifeOf(values),
    drain: drainOf(values),
    containment: containmentOf(values),
    prefork: preforkOf(values, { hasCommand: command.length > 0, hasRoutes }),
    start,
    messageSizeMax: Math.max(0, values.number("maxframesize")),
    closeExtraMs: values.number("closems"),
    queueHigh: values.number("queue"),
    bufferMemory: values.number("buffer-memory"),
    log: {
      level: values.text("loglevel") as LogLevel,
      format:
        isWebsocketd && !values.has("log-format")
          ? "websocketd"
          : (values.text("log-format") as LogFormat | "auto"),
      stream: isWebsocketd ? ("stdout" as const) : ("stderr" as const),
      file: values.textOrNull("log-file"),
    },
    closeCodes: values.text("close-codes") as Config["closeCodes"],
    ...framingOf(values, pty),
    pty,
    compress: values.text("compress") as Config["compress"],
    compressMin: values.number("compress-min"),
    subprotocols: toSubprotocols(values.text("subprotocol"), subprotocolRequired),
    subprotocolRequired,
    pingIntervalMs: values.number("pingms"),
  });
}

/** The conflicts that websocketd refuses, and those of our own options. */
function judgeTogether(
  values: Values,
  of: { command: readonly string[]; isWebsocketd: boolean; hasRoutes: boolean },
): void {
  const refuse = (text: string) => new UsageError(text, "conflict");
  const hasCommand = of.command.length > 0;
  const hasFiles = values.text("staticdir") !== "" || values.text("cgidir") !== "";
  const hasDirectory = values.text("dir") !== "";
  if (hasCommand && hasDirectory) throw refuse("Give COMMAND or --dir=DIR, not both");
  if (!hasCommand && !hasDirectory && !hasFiles && !of.hasRoutes) {
    throw refuse("COMMAND is missing: websockd [options] COMMAND, or --dir=DIR");
  }
  if (of.isWebsocketd && values.flag("devconsole") && hasFiles) {
    const text =
      "--devconsole is not for --staticdir or --cgidir under the name of websocketd (use websockd)";
    throw new UsageError(text, "console");
  }
  const { fields, upgradeFields } = httpOf(values);
  const isProtocol = ([name]: readonly [string, string]) => name === "Sec-Websocket-Protocol";
  if (values.text("subprotocol") !== "" && [...fields, ...upgradeFields].some(isProtocol)) {
    throw refuse("Give --subprotocol or a header Sec-WebSocket-Protocol, not both");
  }
  for (const name of ["unixsocket-mode", "unixsocket-owner"] as const) {
    if (values.text(name) !== "" && values.text("unixsocket") === "") {
      throw refuse(`--${name} needs --unixsocket=PATH`);
    }
  }
}

function tlsOf(values: Values): TlsConfig | null {
  const certificates = values.all("sslcert").filter((file) => file !== "");
  const keys = values.all("sslkey").filter((file) => file !== "");
  const clientAuthorityFile = values.textOrNull("sslca");
  const refuse = (text: string) => new UsageError(text, "conflict");
  if (!values.flag("ssl")) {
    if (certificates.length + keys.length > 0) throw refuse("--sslcert and --sslkey need --ssl");
    if (clientAuthorityFile !== null) throw refuse("--sslca needs --ssl");
    return null;
  }
  if (certificates.length === 0 || certificates.length !== keys.length) {
    throw refuse(
      "--ssl needs --sslcert=FILE and --sslkey=FILE, as many of the one as of the other",
    );
  }
  return {
    certificates: certificates.map((file, i) => ({ certificateFile: file, keyFile: keys[i]! })),
    clientAuthorityFile,
  };
}

function listenOf(
  values: Values,
  of: { tls: TlsConfig | null; isWebsocketd: boolean },
): ListenConfig {
  const path = values.text("unixsocket");
  const redirectPort = values.number("redirport") || null;
  const asksForTcp = values.has("port") || values.has("address") || redirectPort !== null;
  // To websocketd 0 is no port that anybody asked for.
  const given = values.has("port") && !(of.isWebsocketd && values.number("port") === 0);
  const byDefault = of.tls === null ? Number(defaultOf("port")) : PORT_HTTPS;
  return {
    addresses: values.all("address").filter((address) => address !== ""),
    port: given ? values.number("port") : byDefault,
    hasTcp: path === "" || asksForTcp,
    isAskedFor: path !== "" || asksForTcp,
    unixSocket:
      path === ""
        ? null
        : {
            path,
            mode: toMode(values.text("unixsocket-mode")),
            owner: toOwner(values.text("unixsocket-owner")),
          },
    redirectPort,
  };
}

function httpOf(values: Values): HttpConfig {
  return {
    staticDirectory: values.textOrNull("staticdir"),
    cgiDirectory: values.textOrNull("cgidir"),
    cgiTimeoutMs: values.number("cgi-timeout"),
    hasConsole: values.flag("console") || values.flag("devconsole"),
    fields: toFields("header", values.all("header")),
    upgradeFields: toFields("header-ws", values.all("header-ws")),
    plainFields: toFields("header-http", values.all("header-http")),
  };
}
