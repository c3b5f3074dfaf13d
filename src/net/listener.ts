// Listening sockets: what Bun.listen tells of a connection goes to whoever uses that socket now.

import type { ProxyHeader } from "../http/proxy-header.ts";
import { listenInTurns, type Turn } from "./shared-listener.ts";
import type { Beginning, ClientSocket, SocketHandlers, SocketUser } from "./socket-user.ts";

/** What becomes of the connections of a listening socket. */
export interface Intake {
  /** Takes the header off with which each must begin, and tells of it; null: none does. */
  readonly proxied: ((socket: ClientSocket, found: (header: ProxyHeader) => void) => void) | null;
  /** Gives each new connection its first user. */
  readonly accept: (socket: ClientSocket, header: ProxyHeader | null) => SocketUser;
}

export interface ListenOptions extends Intake {
  /** TCP, port 0 being any free one; the path of a Unix socket; or the descriptor of a socket that listens. */
  readonly at:
    | { readonly hostname: string; readonly port: number }
    | { readonly path: string }
    | {
        readonly fd: number;
        /** Other processes accept on it, too. Default: none does. */
        readonly turn?: Turn | undefined;
      };
  /** Puts TLS between the socket and its users; null: plain. */
  readonly secure: ((plain: Beginning) => Beginning) | null;
  /** A handler threw: a defect of ours. The connection is cut, the server lives on. */
  readonly failed: (error: Error) => void;
}

export interface Listener {
  /** Empty, and 0, for a Unix socket. */
  readonly hostname: string;
  readonly port: number;
  /** On which it listens: several where one address has several sockets. */
  readonly descriptors: readonly number[];
  /** Stops accepting; connections go on. */
  stop(): void;
}

/** Binds and listens. Throws what Bun.listen throws: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
export function listen(options: ListenOptions): Listener {
  const { at } = options;
  const shared = sharedOptions(options);
  if ("path" in at) {
    const listener = Bun.listen<SocketUser>({ unix: at.path, ...shared });
    return { hostname: "", port: 0, ...holdOf(listener) };
  }
  if ("fd" in at && at.turn !== undefined) {
    const { first, stop } = listenInTurns(at.fd, at.turn, (fd, accepted) => {
      const open = (socket: ClientSocket): void => {
        shared.socket.open(socket);
        accepted();
      };
      return Bun.listen<SocketUser>({ fd, ...shared, socket: { ...shared.socket, open } });
    });
    return { ...ownAddress(first), descriptors: [at.fd], stop };
  }
  if ("fd" in at) {
    const listener = Bun.listen<SocketUser>({ fd: at.fd, ...shared });
    return { ...ownAddress(listener), ...holdOf(listener) };
  }
  const listener = Bun.listen<SocketUser>({ ...at, ...shared });
  return { hostname: listener.hostname, port: listener.port, ...holdOf(listener) };
}

function holdOf(listener: Bun.SocketListener<SocketUser>): Pick<Listener, "descriptors" | "stop"> {
  return { descriptors: [listener.fd], stop: () => listener.stop(false) };
}

/** Several sockets of one address as one. */
export function joined(listeners: readonly Listener[]): Listener {
  return {
    ...listeners[0]!,
    descriptors: listeners.flatMap(({ descriptors }) => descriptors),
    stop() {
      for (const listener of listeners) listener.stop();
    },
  };
}

interface Named {
  getsockname(own: { address?: string; port?: number }): void;
}

function ownAddress(listener: Named): Pick<Listener, "hostname" | "port"> {
  const own: { address?: string; port?: number } = {};
  listener.getsockname(own);
  return { hostname: own.address ?? "", port: own.port ?? 0 };
}

/** Takes over a connection that somebody else has accepted. Resolves when it has its first user. */
export async function adopt(fd: number, options: Omit<ListenOptions, "at">): Promise<void> {
  await Bun.connect<SocketUser>({ fd, ...sharedOptions(options) });
}

function sharedOptions(options: Omit<ListenOptions, "at">) {
  const { secure, proxied } = options;
  const plain = beginningOf(options);
  const { begin, handlers } = secure === null ? plain : secure(plain);
  const open =
    proxied === null
      ? (socket: ClientSocket) => begin(socket, null)
      : (socket: ClientSocket) => proxied(socket, (header) => begin(socket, header));
  // The peer's end is told, and does not end our side: RFC 9293 3.6, a client may send all it has and then listen.
  return { socket: { ...handlers, open }, allowHalfOpen: true };
}

function beginningOf(options: Pick<ListenOptions, "accept" | "failed">): Beginning {
  return {
    begin(socket, header) {
      // A small answer must not wait for the next one.
      socket.setNoDelay(true);
      const user = options.accept(socket, header);
      socket.data = user;
      if (socket.readyState < 0) user.disconnected(); // `close` came before there was anybody to tell
    },
    handlers: handlersFor(options),
  };
}

function handlersFor(options: Pick<ListenOptions, "failed">): SocketHandlers {
  return {
    data(socket, chunk) {
      socket.data.receive(chunk);
    },
    drain(socket) {
      socket.data.drained();
    },
    end(socket) {
      socket.data.peerEnded();
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
  };
}
