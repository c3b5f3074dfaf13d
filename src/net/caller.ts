// Who asks: an address and a port, by what kind of connection.

import type { ProxyEndpoint, ProxyHeader } from "../http/proxy-header.ts";
import type { ClientSocket } from "./socket-user.ts";

export interface Caller {
  /** IP address; `unix-socket` for one that has none. */
  readonly address: string;
  /** TCP port; 0 for one that has none, or whose proxy did not tell. */
  readonly port: number;
  /** It came by a Unix socket, and has no address. */
  readonly isLocal: boolean;
  /** It speaks TLS. */
  readonly isTls: boolean;
}

/** websocketd's name for a peer without an address. */
const LOCAL: ProxyEndpoint = { address: "unix-socket", port: 0 };
/** RFC 4291 2.5.5.2: how an IPv4 peer is named by a socket that listens on `::`. */
const IPV4_MAPPED = /^::ffff:(?=[0-9]+\.)/i;

/** For the log: `address:port`, an IPv6 address in brackets; without a port the address alone. */
export function callerText({ address, port, isLocal }: Caller): string {
  if (isLocal || port === 0) return address;
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The address of a peer that was gone before it was accepted: it has none. */
export const GONE = "unknown";

/** The peer of a socket that is open. */
export function peerOf(socket: ClientSocket, isLocal: boolean): ProxyEndpoint {
  if (isLocal) return LOCAL;
  const { remoteAddress = GONE, remotePort = 0 } = socket as Partial<ClientSocket>;
  return { address: remoteAddress.replace(IPV4_MAPPED, ""), port: remotePort };
}

export function localAddressOf(socket: ClientSocket): string {
  return (socket.localAddress ?? "").replace(IPV4_MAPPED, "");
}

/** Whose connection it is: whom a proxy's header names, where there is one that names anybody, or the peer. */
export function callerOf(
  socket: ClientSocket,
  header: ProxyHeader | null,
  of: Pick<Caller, "isLocal" | "isTls">,
): Caller {
  const isTls = of.isTls || header?.isTls === true;
  if (header?.kind === "unix") return { ...LOCAL, isLocal: true, isTls };
  const source = header?.source ?? null;
  if (source !== null) return { ...source, isLocal: false, isTls };
  return { ...peerOf(socket, of.isLocal), isLocal: of.isLocal, isTls };
}
