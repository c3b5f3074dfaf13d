// Who asks: an address and a port, by what kind of connection.

export interface Caller {
  /** IP address; `unix-socket` for one that has none. */
  readonly address: string;
  /** TCP port; 0 for one that has none. */
  readonly port: number;
  /** It came by a Unix socket, and has no address. */
  readonly isLocal: boolean;
  /** It speaks TLS. */
  readonly isTls: boolean;
}

/** For the log: `address:port`, an IPv6 address in brackets. */
export function callerText({ address, port, isLocal }: Caller): string {
  if (isLocal) return address;
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
