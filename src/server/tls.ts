// --ssl: the certificates of a start, TLS on its listening sockets, and what the log hears of it.

import type { TlsConfig } from "../config.ts";
import type { Log } from "../log.ts";
import type { ConnectionOptions } from "../net/connection.ts";
import { TlsContext, TlsFileError } from "../net/tls-context.ts";
import { secure, type TlsOptions } from "../net/tls-listener.ts";
import { readTlsInfo } from "../net/tls-socket.ts";
import type { Beginning } from "../net/socket-user.ts";
import type { Bounds } from "./bounds.ts";

/** The certificates, or what is wrong with them. */
export function openCertificates(config: TlsConfig): TlsContext | string {
  try {
    return new TlsContext(config);
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
    return error.message;
  }
}

/** How a connection is asked what its TLS came to. */
export const tlsOf: ConnectionOptions["tlsOf"] = readTlsInfo;

/** What puts TLS between a listening socket and its users. */
export function securing(
  context: TlsContext,
  of: Pick<TlsOptions, "whenReadable" | "room"> & { bounds: Bounds; log: Log },
): (plain: Beginning) => Beginning {
  const { bounds, whenReadable, room, log } = of;
  const options: TlsOptions = {
    context,
    hellosMax: bounds.reserved / 2,
    whenReadable,
    room,
    failed: (peer, text) => {
      const reason = text ?? "closed by the peer before its handshake";
      const level = text === null ? "debug" : "access";
      log.write(level, "TLS REFUSED", { peer: peer || undefined, reason }, "http");
    },
  };
  return (plain) => secure(plain, options);
}
