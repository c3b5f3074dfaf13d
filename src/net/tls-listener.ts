// RFC 8446: puts TLS between a listening socket and its users: a plain connection is accepted, then made secure.

import type { ProxyHeader } from "../http/proxy-header.ts";
import { HelloAwaiter, type HelloOptions } from "./hello-awaiter.ts";
import {
  NOBODY,
  type Beginning,
  type ClientSocket,
  type SocketUser,
  type WaitingRoom,
} from "./socket-user.ts";
import type { TlsContext } from "./tls-context.ts";

export interface TlsOptions {
  readonly context: TlsContext;
  readonly whenReadable: HelloOptions["whenReadable"];
  /** Connections that may wait for their hello at once, where it chooses the certificate; more are cut. */
  readonly hellosMax: number;
  readonly room: WaitingRoom;
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

/**
 * Each connection gets the certificates as they are when it comes: they can be read anew without a new socket. Bun tells
 * the raw socket of every chunk before TLS sees it, and that is how a client that speaks no TLS is answered.
 */
export function secure(plain: Beginning, options: TlsOptions): Beginning {
  const { context, hellosMax, whenReadable, room } = options;
  let hellos = 0;
  return {
    begin(socket, header) {
      const upgradeFor = (name: string | null) => {
        socket.data = NOBODY;
        upgrade(socket, { name, header, plain }, options);
      };
      socket.data = NOBODY;
      if (!context.hasNames) return upgradeFor(null);
      if (hellos >= hellosMax || !room.enter()) return void socket.terminate();
      hellos++;
      const left = () => {
        hellos--;
        room.leave();
      };
      socket.data = new HelloAwaiter(socket, { whenReadable, found: upgradeFor, left });
    },
    handlers: {
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
    },
  };
}

interface Upgrade {
  readonly name: string | null;
  readonly header: ProxyHeader | null;
  readonly plain: Beginning;
}

function upgrade(socket: ClientSocket, of: Upgrade, options: TlsOptions): void {
  const { context, failed } = options;
  const { name, header, plain } = of;
  const [raw] = socket.upgradeTLS<SocketUser>({
    data: NOBODY,
    isServer: true, // else one that somebody else accepted is taken for a client's
    tls: context.optionsFor(name),
    socket: {
      ...plain.handlers,
      open: (secured) => plain.begin(secured, header),
      handshake(secured, success, error) {
        const isRefused = context.needsClientCertificate && !secured.authorized;
        if (success && !isRefused) return;
        const peer = header?.source?.address ?? secured.remoteAddress ?? "";
        failed(peer, refusalText(success, error));
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
