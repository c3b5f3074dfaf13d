// What a program finds in its environment: what the operator passes and sets, and what the request says.

import { VERSION, type EnvironmentConfig } from "../config.ts";
import { cgiEnvironment, type CgiContext } from "../http/cgi-environment.ts";
import { tlsVariables } from "../http/tls-variables.ts";
import { OWN_PREFIX } from "./own-variables.ts";
import type { Exchange } from "./exchange.ts";

export type Environment = Record<string, string>;

/** What of the request's path names the program, and the client's name if it was looked up. */
export interface ProgramRequest {
  readonly scriptName: string;
  readonly pathInfo: string;
  readonly remoteHost: string;
  readonly uniqueId: string;
  /** What its kind of request has besides. */
  readonly variables: Environment;
}

export class EnvironmentMaker {
  readonly #passed: Environment;
  readonly #passedNames: readonly string[];
  readonly #set: EnvironmentConfig["set"];

  /** `own` is our own environment. */
  constructor(config: EnvironmentConfig, own: NodeJS.ProcessEnv) {
    this.#passed = passedVariables(config.passed, own);
    this.#passedNames = Object.keys(this.#passed);
    this.#set = config.set;
  }

  /** Those of no request: what the operator passes and sets. */
  get own(): Environment {
    return { ...this.#passed, ...Object.fromEntries(this.#set) };
  }

  /** The request's variables go before those that are passed, what the operator sets before both. */
  make({ connection, head, caller, identity }: Exchange, request: ProgramRequest): Environment {
    const context: CgiContext = {
      ...request,
      remoteAddress: caller.address,
      remotePort: caller.port,
      localAddress: connection.localAddress,
      isTls: caller.isTls,
      serverSoftware: this.#passed["SERVER_SOFTWARE"] ?? `websockd/${VERSION}`,
    };
    const environment: Environment = cgiEnvironment(head, context);
    addIdentity(environment, { connection, identity });
    Object.assign(environment, request.variables);
    for (const name of this.#passedNames) {
      if (!Object.hasOwn(environment, name)) environment[name] = this.#passed[name]!;
    }
    for (const [name, value] of this.#set) environment[name] = value;
    return environment;
  }
}

/** The variables that say who asks, of those who have proved it: all that the log wants of them. */
export function identityVariables(
  exchange: Pick<Exchange, "connection" | "identity">,
): Environment {
  const variables: Environment = {};
  addIdentity(variables, exchange);
  return variables;
}

/** RFC 3875 4.1.1, 4.1.11, and mod_ssl's of a client's certificate. */
function addIdentity(
  environment: Environment,
  { connection, identity }: Pick<Exchange, "connection" | "identity">,
): void {
  const { tls } = connection;
  if (tls !== null) Object.assign(environment, tlsVariables(tls));
  if (identity === undefined) return;
  environment["AUTH_TYPE"] = identity.scheme;
  environment["REMOTE_USER"] = identity.name;
}

/**
 * PARITY 1.1: on one line, trimmed, empty ones left out; HTTPS is for us to say. What is set for the Bun that
 * we run on is for nobody else, unless it is asked for by name, or by `BUN_*`; what is set for us is for us alone.
 */
export function passedVariables(patterns: readonly string[], own: NodeJS.ProcessEnv): Environment {
  const passed: Environment = {};
  for (const [name, value = ""] of Object.entries(own)) {
    if (name.startsWith(OWN_PREFIX)) continue;
    const isBuns = name.startsWith("BUN_");
    const isPassed = patterns.some((pattern) => {
      if (!pattern.endsWith("*")) return name === pattern;
      return name.startsWith(pattern.slice(0, -1)) && (!isBuns || pattern.startsWith("BUN_"));
    });
    const line = value.replace(/[\r\n]/g, " ").trim();
    if (isPassed && line !== "" && name !== "HTTPS") passed[name] = line;
  }
  return passed;
}
