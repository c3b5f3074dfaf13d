// Who may come in, and by what proof, from the options that say so.

import type { AuthenticationConfig } from "../config.ts";
import type { Values } from "./values.ts";

export function authenticationOf(values: Values): AuthenticationConfig | null {
  const passwordFile = values.textOrNull("basic-auth-file");
  const tokenFile = values.textOrNull("bearer-file");
  return passwordFile === null && tokenFile === null ? null : { passwordFile, tokenFile };
}
