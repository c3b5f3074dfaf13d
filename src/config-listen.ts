// Of the frozen configuration: where it is listened, and for whom.

export interface ListenConfig {
  /** Empty: all. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** False when a Unix socket is listened on instead. */
  readonly hasTcp: boolean;
  /** False: these are the defaults, and sockets that were handed down go before them. */
  readonly isAskedFor: boolean;
  readonly unixSocket: UnixSocketConfig | null;
  /** Plain HTTP here is redirected to `port`; null: no such port. */
  readonly redirectPort: number | null;
}

export interface UnixSocketConfig {
  readonly path: string;
  /** Permission bits; null: as the umask has it. */
  readonly mode: number | null;
  /** `user`, `user:group` or `:group`, by name or number; empty: ours. */
  readonly owner: string;
}

/** An IPv6 address is in brackets. */
export interface AddressConfig {
  readonly hostname: string;
  readonly port: number;
}

export type AdminConfig = AddressConfig | { readonly path: string };
