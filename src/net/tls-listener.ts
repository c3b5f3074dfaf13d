// RFC 8446: puts TLS between a listening socket and its users: a plain connection is accepted, then made secure.

import { HelloAwaiter, type HelloOptions } from "./hello-awaiter.ts";
import type { ClientSocket, SocketHandlers, SocketUser } from "./socket-user.ts";
import type { TlsContext } from "./tls-context.ts";

export interface TlsOptions {
  readonly context: TlsContext;
  readonly whenReadable: HelloOptions["whenReadable"];
  /** Connections that may wait for their hello at once, where it chooses the certificate; more are cut. */
  readonly hellosMax: number;
  /** A handshake failed; the text is OpenSSL's word for it, null when the peer left before it began. */
  readonly failed: (peer: string, text: string | null) => void;
}

const RECORD_HANDSHAKE = 22;
const NOT_TLS_TEXT = "This port speaks TLS: connect with https:// or wss://.\n";
const NOT_TLS =
  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
  `Content-Length: ${NOT_TLS_TEXT.length}\r\nConnection: close\r\n\r\n${NOT_TLS_TEXT}`;

/** Null: the peer left before its hello, as a health check does. */
function refusalText(success: boolean, error: NodeJS.ErrnoException | null): string | null {
  if (error?.code === "ECONNRESET") return null;
  return error?.message || (success ? "no certificate" : null);
}

/** The user of a raw socket of whose bytes nobody wants to hear any more. */
const NOBODY: SocketUser = { receive() {}, drained() {}, peerEnded() {}, disconnected() {} };

/**
 * Each connection gets the certificates as they are when it comes: they can be read anew without a new socket. Bun tells
 * the raw socket of every chunk before TLS sees it, and that is how a client that speaks no TLS is answered.
 */
export function secure(handlers: SocketHandlers, options: TlsOptions): SocketHandlers {
  const { context, hellosMax, whenReadable } = options;
  let hellos = 0;
  return {
    open(socket) {
      socket.data = NOBODY;
      if (!context.hasNames) return upgrade(socket, null, handlers, options);
      if (hellos >= hellosMax) return void socket.terminate();
      hellos++;
      socket.data = new HelloAwaiter(socket, {
        whenReadable,
        found: (name) => upgrade(socket, name, handlers, options),
        left: () => hellos--,
      });
    },
    data(socket, chunk) {
      socket.data.receive(chunk);
    },
    drain() {},
    end() {},
    close(socket) {
      socket.data.disconnected();
    },
    error(socket) {
      socket.terminate();
    },
  };
}

function upgrade(
  socket: ClientSocket,
  name: string | null,
  handlers: SocketHandlers,
  options: TlsOptions,
): void {
  const { context, failed } = options;
  const [raw] = socket.upgradeTLS<SocketUser>({
    data: NOBODY,
    isServer: true, // else one that somebody else accepted is taken for a client's
    tls: context.optionsFor(name),
    socket: {
      ...handlers,
      handshake(secured, success, error) {
        const isRefused = context.needsClientCertificate && !secured.authorized;
        if (success && !isRefused) return;
        failed(secured.remoteAddress ?? "", refusalText(success, error));
        secured.terminate();
      },
    },
  }) as unknown as [ClientSocket];
  raw.data = {
    ...NOBODY,
    /** Only the first chunk is looked at. */
    receive(chunk) {
      raw.data = NOBODY;
      if (chunk[0] === RECORD_HANDSHAKE) return;
      raw.write(NOT_TLS);
      raw.shutdown();
    },
  };
}
