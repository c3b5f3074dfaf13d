// Types for what Bun does and its own types leave out.

declare module "*.wasm" {
  /** With `{ type: "file" }`: a path that reads in `bun run` and in a compiled binary. */
  const path: string;
  export default path;
}

declare module "bun" {
  /** Takes over a connected socket by its descriptor. */
  function connect<Data = undefined>(options: {
    fd: number;
    socket: SocketHandler<Data>;
    allowHalfOpen?: boolean;
  }): Promise<Socket<Data>>;

  /** Accepts on a socket that listens, by its descriptor. */
  function listen<Data = undefined>(options: {
    fd: number;
    socket: SocketHandler<Data>;
    allowHalfOpen?: boolean;
  }): SocketListener<Data> & {
    /** Fills `own`: getsockname(2). */
    getsockname(own: { address?: string; port?: number }): void;
  };

  interface SocketOptions<Data = unknown> {
    /** SO_REUSEPORT: others may listen on the same port. */
    reusePort?: boolean;
  }

  interface SocketListener<Data = undefined> {
    /** Its descriptor. */
    readonly fd: number;
  }

  interface TLSUpgradeOptions<Data = undefined> {
    /** Ours is the server's part, whoever opened the connection. */
    readonly isServer?: boolean;
  }

  interface Socket<Data = undefined> {
    /** Its descriptor; -1 when it is closed. */
    readonly fd: number;
  }
}
