// What the TLS of a connection came to, read from its socket after the handshake.

import { X509Certificate } from "node:crypto";
import type { TlsInfo } from "../http/tls-variables.ts";

/** What Bun's TLS sockets have besides. */
interface TlsSocket {
  getTLSVersion(): string;
  getCipher(): { readonly name: string | null };
  getServername(): string | boolean | undefined;
  getPeerCertificate(): { readonly raw?: Buffer } | undefined;
}

export function readTlsInfo(socket: object): TlsInfo {
  const tls = socket as TlsSocket;
  const name = tls.getServername();
  const raw = tls.getPeerCertificate()?.raw;
  const certificate = raw === undefined ? null : new X509Certificate(raw);
  return {
    protocol: tls.getTLSVersion(),
    cipher: tls.getCipher().name ?? "",
    serverName: typeof name === "string" ? name : "",
    clientCertificate:
      certificate === null
        ? null
        : {
            // Bun has no text, against its types, where a name is empty: RFC 5280 4.1.2.6 lets the alternative name tell all.
            subject: (certificate.subject as string | undefined) ?? "",
            issuer: (certificate.issuer as string | undefined) ?? "",
            serialNumber: certificate.serialNumber,
            validFrom: certificate.validFrom,
            validTo: certificate.validTo,
            fingerprint: certificate.fingerprint256,
            pem: certificate.toString(),
          },
  };
}
