// The variables that tell a program of its client's TLS, under the names that mod_ssl gave them.

export interface TlsInfo {
  /** `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** The name that the client asked for; empty when it asked for none. */
  readonly serverName: string;
  readonly clientCertificate: ClientCertificate | null;
}

export interface ClientCertificate {
  /** An attribute a line, `CN=name`, the most general first: as node:crypto has them. */
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** SHA-256, pairs of hex digits with colons between. */
  readonly fingerprint: string;
  readonly pem: string;
}

export function tlsVariables(info: TlsInfo): Record<string, string> {
  const { clientCertificate: client } = info;
  const variables: Record<string, string> = {
    SSL_PROTOCOL: info.protocol,
    SSL_CIPHER: info.cipher,
    SSL_TLS_SNI: info.serverName,
    // A client whose certificate is not good does not come so far.
    SSL_CLIENT_VERIFY: client === null ? "NONE" : "SUCCESS",
  };
  if (client === null) return variables;
  return {
    ...variables,
    SSL_CLIENT_S_DN: distinguishedName(client.subject),
    SSL_CLIENT_S_DN_CN: commonName(client.subject),
    SSL_CLIENT_I_DN: distinguishedName(client.issuer),
    SSL_CLIENT_M_SERIAL: client.serialNumber,
    SSL_CLIENT_V_START: client.validFrom,
    SSL_CLIENT_V_END: client.validTo,
    SSL_CLIENT_FINGERPRINT: client.fingerprint.replaceAll(":", "").toLowerCase(),
    SSL_CLIENT_CERT: client.pem.trim(),
  };
}

/** RFC 4514 2.1: the most special first, commas between; those in a value are escaped already (2.4). 2.2: `+` alone. */
function distinguishedName(lines: string): string {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => attributesOf(line).join("+"))
    .toReversed()
    .join(",");
}

/** The value as it is, which 2.4 had escaped. */
function commonName(lines: string): string {
  const found = lines
    .split("\n")
    .flatMap(attributesOf)
    .find((one) => one.startsWith("CN="));
  return found?.slice("CN=".length).replace(/\\([^0-9A-Za-z])/g, "$1") ?? "";
}

/** A line of several attributes has ` + ` between them; one in a value is escaped. */
function attributesOf(line: string): string[] {
  return line.split(/(?<!\\) \+ /);
}
