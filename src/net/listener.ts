// Listening sockets: what Bun.listen tells of a connection goes to whoever uses that socket now.

/** Who uses a connection: its owner changes as it grows from a request to a WebSocket to nothing. */
export interface SocketUser {
  /** Bytes from the peer. They are the callee's for the call only. May come although paused. */
  receive(chunk: Uint8Array): void;
  /** The socket takes bytes again after a short write. */
  drained(): void;
  /** The connection is gone; comes once. */
  disconnected(): void;
}

export type ClientSocket = Bun.Socket<SocketUser>;

export interface ListenOptions {
  readonly hostname: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Gives each new connection its first user. */
  readonly accept: (socket: ClientSocket) => SocketUser;
  /** A handler threw: a defect of ours. The connection is cut, the server lives on. */
  readonly failed: (error: Error) => void;
}

export interface Listener {
  readonly hostname: string;
  readonly port: number;
  /** Stops accepting; connections go on. */
  stop(): void;
}

/** Binds and listens. Throws what Bun.listen throws: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
export function listen(options: ListenOptions): Listener {
  const listener = Bun.listen<SocketUser>({
    hostname: options.hostname,
    port: options.port,
    socket: {
      open(socket) {
        // A small answer must not wait for the next one.
        socket.setNoDelay(true);
        const user = options.accept(socket);
        socket.data = user;
        if (socket.readyState < 0) user.disconnected(); // `close` came before there was anybody to tell
      },
      data(socket, chunk) {
        socket.data.receive(chunk);
      },
      drain(socket) {
        socket.data.drained();
      },
      close(socket) {
        (socket.data as SocketUser | undefined)?.disconnected();
      },
      error(socket, error) {
        // Bun says connection errors here too; `close` follows those by itself.
        if ("syscall" in error) return;
        options.failed(error);
        socket.terminate();
      },
    },
  });
  return {
    hostname: listener.hostname,
    port: listener.port,
    stop: () => listener.stop(false),
  };
}
