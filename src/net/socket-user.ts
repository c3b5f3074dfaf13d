// Who uses a client's socket, and what it is told.

import type { ProxyHeader } from "../http/proxy-header.ts";

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

/** The user of a socket of which nobody wants to hear any more. */
export const NOBODY: SocketUser = { receive() {}, drained() {}, peerEnded() {}, disconnected() {} };

/** What a flow does with a socket. `write` returns the bytes taken, -1 when the connection is gone. */
export interface FlowSocket {
  /** -1 when the connection is gone. */
  readonly fd: number;
  /** Below 0 when the connection is gone. */
  readonly readyState: number;
  write(bytes: Uint8Array, begin: number, length: number): number;
  pause(): void;
  resume(): void;
  /** FIN; the peer's bytes still come. */
  shutdown(): void;
  /** FIN, and the connection is closed. */
  end(): void;
  /** Closed at once. */
  terminate(): void;
}

export type ClientSocket = Bun.Socket<SocketUser>;
export type SocketHandlers = Bun.SocketHandler<SocketUser>;

/** Counts connections whose first bytes are waited for: by a proxy's header, or a hello. */
export interface WaitingRoom {
  /** False: there are too many, and this one is to be cut. */
  enter(): boolean;
  /** One that entered has its next user, or is gone. */
  leave(): void;
}

/** What is done with a connection once it is known whose it is, and its events. */
export interface Beginning {
  readonly begin: (socket: ClientSocket, header: ProxyHeader | null) => void;
  readonly handlers: SocketHandlers;
}
