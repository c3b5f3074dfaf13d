// --basic-auth-file and --bearer-file: the passwords and tokens of a start.

import { CredentialStore } from "../access/credential-store.ts";
import { SecretFileError } from "../access/secret-file.ts";
import type { AuthenticationConfig } from "../config.ts";

/** Those that are good now, or what is wrong with their files. */
export function openCredentials(config: AuthenticationConfig): CredentialStore | string {
  try {
    return new CredentialStore(config);
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    return error.message;
  }
}
