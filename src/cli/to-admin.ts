// Where the operator may ask, from --admin: this machine alone, unless it is said that others may, too; and --health.

import { resolve } from "node:path";
import type { AddressConfig, AdminConfig, ListenConfig } from "../config-listen.ts";
import { formatAddress, isInNetwork, parseAddress, parseNetwork } from "../ip-address.ts";
import { UsageError } from "./value.ts";
import type { Values } from "./values.ts";

const ADDRESS_AND_PORT = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]\s]+):([0-9]{1,5})$/;
const LOOPBACK = [parseNetwork("127.0.0.0/8")!, parseNetwork("::1")!];
const ANY_ADDRESSES = ["0.0.0.0", "::"];
const PORT_MAX = 65535;

export function adminOf(values: Values, listen: ListenConfig): AdminConfig | null {
  const refuse = (text: string) => new UsageError(text, "conflict");
  const text = values.text("admin");
  const isForOthers = values.flag("admin-remote");
  if (text === "") {
    if (isForOthers) throw refuse("--admin-remote needs --admin=ADDRESS:PORT");
    return null;
  }
  if (values.flag("inetd")) throw refuse("--inetd is for one client: leave --admin out");
  if (text.startsWith("unix:")) return socketOf(text, listen);
  const at = addressOf("admin", text, "ADDRESS:PORT, such as 127.0.0.1:9090, or unix:PATH");
  if (!isForOthers && !isLoopback(at.hostname)) {
    const why = "whoever reaches it sees every session, and can end it";
    throw refuse(`--admin=${text}: ${why} (--admin-remote if that is meant; else 127.0.0.1)`);
  }
  if (isPublic(at, listen)) {
    throw refuse(`--admin=${text}: clients connect there (choose another port)`);
  }
  return at;
}

/** Anybody may reach it: it only tells what balancers and Prometheus need. */
export function healthOf(values: Values, listen: ListenConfig): AddressConfig | null {
  const refuse = (text: string) => new UsageError(text, "conflict");
  const text = values.text("health");
  if (text === "") return null;
  if (values.flag("inetd")) throw refuse("--inetd is for one client: leave --health out");
  const at = addressOf("health", text, "ADDRESS:PORT, such as 0.0.0.0:9091");
  if (isPublic(at, listen)) {
    throw refuse(`--health=${text}: clients connect there (choose another port)`);
  }
  if (text === values.text("admin") && at.port !== 0) {
    throw refuse(`--health=${text}: that is --admin, which has all of it (choose another port)`);
  }
  return at;
}

function addressOf(option: string, text: string, wanted: string): AddressConfig {
  const [, hostname = "", port = ""] = ADDRESS_AND_PORT.exec(text) ?? [];
  if (hostname === "" || Number(port) > PORT_MAX) {
    throw new UsageError(`--${option}=${text}: wants ${wanted}`);
  }
  return { hostname, port: Number(port) };
}

function socketOf(text: string, { unixSocket }: ListenConfig): AdminConfig {
  const path = text.slice("unix:".length);
  if (path === "") throw new UsageError("--admin=unix: wants a path, such as unix:/run/admin");
  if (unixSocket !== null && resolve(unixSocket.path) === resolve(path)) {
    throw new UsageError(`--admin=${text}: clients connect there (choose another path)`);
  }
  return { path };
}

function isLoopback(hostname: string): boolean {
  if (hostname.toLowerCase() === "localhost") return true;
  const address = parseAddress(bare(hostname));
  return address !== null && LOOPBACK.some((network) => isInNetwork(address, network));
}

/** Clients have that port at this address, or at all: each address is one of those. */
function isPublic({ hostname, port }: AddressConfig, listen: ListenConfig): boolean {
  const ports = [...(listen.hasTcp ? [listen.port] : []), listen.redirectPort];
  if (port === 0 || !ports.includes(port)) return false;
  const own = canonical(hostname);
  const theirs = listen.addresses.map(canonical);
  const isAll = theirs.length === 0 || [own, ...theirs].some((one) => ANY_ADDRESSES.includes(one));
  return isAll || theirs.includes(own);
}

function canonical(hostname: string): string {
  const address = parseAddress(bare(hostname));
  if (address !== null) return formatAddress(address);
  return hostname.toLowerCase() === "localhost" ? "127.0.0.1" : hostname.toLowerCase();
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
