// Who uses a client's socket, and what it is told.

/** Who uses a connection: its owner changes as it grows from a request to a WebSocket to nothing. */
export interface SocketUser {
  /** Bytes from the peer. They are the callee's for the call only. May come although paused. */
  receive(chunk: Uint8Array): void;
  /** The socket takes bytes again after a short write. */
  drained(): void;
  /** The peer has sent its last byte, and may still read. */
  peerEnded(): void;
  /** The connection is gone; comes once. */
  disconnected(): void;
}

export type ClientSocket = Bun.Socket<SocketUser>;
export type SocketHandlers = Bun.SocketHandler<SocketUser>;
