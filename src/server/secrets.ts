// Certificates, passwords and tokens, as the operator hears of them: at the start, read again, and by --check.

import type { CredentialStore } from "../access/credential-store.ts";
import type { Log } from "../log.ts";
import type { TlsContext } from "../net/tls-context.ts";
import type { Resources } from "./resources.ts";

type Secrets = Pick<Resources, "tls" | "credentials">;

export function warnOfSecrets({ tls, credentials }: Secrets, log: Log): void {
  warnOfExpired(tls, log);
  warnOfCredentials(credentials, log);
}

/** For connections and requests to come. What is not good changes nothing, and the log says so. */
export function reloadSecrets({ tls, credentials }: Secrets, log: Log): void {
  reloadCertificates(tls, log);
  reloadCredentials(credentials, log);
}

/** They were read with the configuration that names them. */
export function tellOfSecrets({ tls, credentials }: Secrets, log: Log): void {
  if (tls !== null) log.write("info", "certificates read");
  if (credentials !== null) log.write("info", "passwords and tokens read", countsOf(credentials));
}

/** Clients will refuse them; whoever runs this should hear of it first. */
function warnOfExpired(tls: TlsContext | null, log: Log): void {
  for (const { file, isExpired } of tls?.describe() ?? []) {
    if (isExpired)
      log.write("error", `the certificate in ${file} has expired (renew it, then SIGHUP)`);
  }
}

function reloadCertificates(tls: TlsContext | null, log: Log): void {
  try {
    tls?.reload();
    warnOfExpired(tls, log);
    log.write("info", tls === null ? "there are no certificates to read" : "certificates read");
  } catch (error) {
    const text = `the certificates stay as they were: ${(error as Error).message}`;
    log.write("error", text);
  }
}

function warnOfCredentials(credentials: CredentialStore | null, log: Log): void {
  for (const text of credentials?.warnings ?? []) log.write("error", text);
}

function reloadCredentials(credentials: CredentialStore | null, log: Log): void {
  if (credentials === null) return;
  try {
    credentials.reload();
    warnOfCredentials(credentials, log);
    log.write("info", "passwords and tokens read", countsOf(credentials));
  } catch (error) {
    const text = `passwords and tokens stay as they were: ${(error as Error).message}`;
    log.write("error", text);
  }
}

function countsOf({ passwords, tokens }: CredentialStore) {
  return { users: passwords?.size, tokens: tokens?.size };
}

export function describeCredentials(
  credentials: CredentialStore | null,
): readonly { readonly name: string; readonly value: string }[] {
  if (credentials === null) return [];
  const { passwords, tokens, warnings } = credentials;
  return [
    ...(passwords === null ? [] : [{ name: "users with a password", value: `${passwords.size}` }]),
    ...(tokens === null ? [] : [{ name: "tokens", value: `${tokens.size}` }]),
    ...warnings.map((value) => ({ name: "WARNING", value })),
  ];
}
