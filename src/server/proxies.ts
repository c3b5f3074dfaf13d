// Proxies before us: which peers are trusted ones, and whose request it is that comes from one.

import { LIMITS, type ProxiesConfig } from "../config.ts";
import { readForwarding, withHost } from "../http/forwarding.ts";
import type { RequestHead, RequestRefusal } from "../http/request.ts";
import { isInNetwork, parseAddress, parseNetwork, type Network } from "../ip-address.ts";
import type { Log } from "../log.ts";
import { callerText } from "../net/caller.ts";
import type { Connection } from "../net/connection.ts";
import type { Intake } from "../net/listener.ts";
import { awaitProxyHeader, type ProxyHeaderOptions } from "../net/proxy-awaiter.ts";
import type { Exchange } from "./exchange.ts";
import type { InheritedSocket } from "./inherited.ts";

const UNIX = "unix";

export class Proxies {
  readonly #config: ProxiesConfig;
  readonly #networks: readonly Network[];

  constructor(config: ProxiesConfig) {
    this.#config = config;
    // The command line has judged them.
    const networks = config.trusted.filter((entry) => entry !== UNIX);
    this.#networks = networks.map((entry) => parseNetwork(entry)!);
  }

  /** An IP address; of a link-local one, which has a zone behind a `%`, the zone is not looked at. */
  isTrusted(address: string): boolean {
    if (this.#networks.length === 0) return false;
    const parsed = parseAddress(address.split("%")[0]!);
    return parsed !== null && this.#networks.some((network) => isInNetwork(parsed, network));
  }

  isTrustedPeer(address: string, isLocal: boolean): boolean {
    return isLocal ? this.#config.trusted.includes(UNIX) : this.isTrusted(address);
  }

  /** How a listening socket waits for the header of each connection; null: it does not. */
  headerAwaiter({ log, whenReadable, room }: HeaderWait, isLocal: boolean): Intake["proxied"] {
    if (!this.#config.headerRequired) return null;
    const options: ProxyHeaderOptions = {
      isLocal,
      whenReadable,
      room,
      timeoutMs: LIMITS.headTimeoutMs,
      isTrusted: ({ address }) => this.isTrustedPeer(address, isLocal),
      refused: (peer, reason) => {
        const about = {
          peer: callerText({ ...peer, isLocal, isTls: false }),
          reason: reason ?? "closed by the peer before its header",
        };
        log.write(reason === null ? "debug" : "access", "PROXY REFUSED", about, "http");
      },
    };
    return (socket, found) => awaitProxyHeader(socket, options, found);
  }

  /** The request as the one who asks has made it, or why it cannot be told. */
  exchangeOf(connection: Connection, head: RequestHead): Exchange | RequestRefusal {
    const { caller } = connection;
    if (!this.#isFromProxy(connection)) return { connection, head, caller };
    const { fields } = this.#config;
    const isTrusted = (address: string) => this.isTrusted(address);
    const told = readForwarding(head, { fields, isTrusted });
    if ("status" in told) return told;
    const { client, isTls, host } = told;
    return {
      connection,
      head: host === null ? head : withHost(head, host),
      caller: {
        ...caller,
        ...(client === null ? {} : { ...client, isLocal: false }),
        isTls: isTls ?? caller.isTls,
      },
    };
  }

  /** Where a header names the peer, that is who must be trusted; one whose name a proxy does not know is nobody. */
  #isFromProxy({ caller, header }: Connection): boolean {
    if (header !== null && header.kind !== "client") return false;
    return this.isTrustedPeer(caller.address, caller.isLocal);
  }
}

export interface HeaderWait {
  readonly log: Log;
  readonly whenReadable: ProxyHeaderOptions["whenReadable"];
  readonly room: ProxyHeaderOptions["room"];
}

/** What is wrong with sockets that were handed down: one on which nobody could be let in. */
export function socketProblems(
  { trusted, headerRequired }: ProxiesConfig,
  sockets: readonly InheritedSocket[],
): string[] {
  const local = sockets.find(({ isLocal }) => isLocal);
  if (!headerRequired || local === undefined || trusted.includes(UNIX)) return [];
  return [
    `descriptor ${local.fd} is a Unix socket: --proxy-protocol needs unix in --trusted-proxy`,
  ];
}

/** For --check. */
export function describeProxies(config: ProxiesConfig): { name: string; value: string }[] {
  const { trusted, fields, headerRequired } = config;
  if (trusted.length === 0) return [];
  return [
    { name: "proxies that are trusted", value: trusted.join(" ") },
    { name: "fields that they write", value: fields.join(" ") || "none" },
    ...(headerRequired ? [{ name: "PROXY header", value: "each connection must have one" }] : []),
  ];
}
