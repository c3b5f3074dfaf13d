// The files of passwords and tokens, as the operator hears of them: at the start, read again, and by --check.

import type { CredentialStore } from "../access/credential-store.ts";
import type { Log } from "../log.ts";

export function warnOfCredentials(credentials: CredentialStore | null, log: Log): void {
  for (const text of credentials?.warnings ?? []) log.write("error", text);
}

/** A file that is not good changes nothing, and the log says so. */
export function reloadCredentials(credentials: CredentialStore | null, log: Log): void {
  if (credentials === null) return;
  try {
    credentials.reload();
    warnOfCredentials(credentials, log);
    const { passwords, tokens } = credentials;
    const counts = { users: passwords?.size, tokens: tokens?.size };
    log.write("info", "passwords and tokens read", counts);
  } catch (error) {
    const text = `passwords and tokens stay as they were: ${(error as Error).message}`;
    log.write("error", text);
  }
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
