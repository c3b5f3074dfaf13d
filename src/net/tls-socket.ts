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
            subject: certificate.subject,
            issuer: certificate.issuer,
            serialNumber: certificate.serialNumber,
            validFrom: certificate.validFrom,
            validTo: certificate.validTo,
            fingerprint: certificate.fingerprint256,
            pem: certificate.toString(),
          },
  };
}
