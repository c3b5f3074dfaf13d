// The passwords and tokens that are good now: read from their files, and again when told to.

import { availableParallelism } from "node:os";
import type { Schemes } from "../http/credentials.ts";
import { FairQueue } from "./fair-queue.ts";
import { readPasswordFile } from "./password-file.ts";
import { Passwords } from "./passwords.ts";
import { readTokenFile, type Tokens } from "./token-file.ts";

export interface CredentialFiles {
  /** Null: none. */
  readonly passwordFile: string | null;
  readonly tokenFile: string | null;
}

interface Loaded {
  readonly passwords: Passwords | null;
  readonly tokens: Tokens | null;
  readonly warnings: readonly string[];
}

/** Half of the processors, so that the other half serves those who are in; more than 4 would be a GiB of argon2's memory. */
const AT_ONCE_MAX = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
/** At 100 ms each the last one waits for six seconds, which a person still does. */
const WAITING_MAX = 64;

export class CredentialStore {
  readonly #files: CredentialFiles;
  readonly #queue = new FairQueue({ atOnceMax: AT_ONCE_MAX, waitingMax: WAITING_MAX });
  #loaded: Loaded;

  /** Throws SecretFileError. */
  constructor(files: CredentialFiles) {
    this.#files = files;
    this.#loaded = this.#load();
  }

  /** Reads the files again, for requests to come. Throws SecretFileError, and what there was stays. */
  reload(): void {
    this.#loaded = this.#load();
  }

  get schemes(): Schemes {
    const { passwordFile, tokenFile } = this.#files;
    return { basic: passwordFile !== null, bearer: tokenFile !== null };
  }

  /** As given. */
  get paths(): readonly string[] {
    return [this.#files.passwordFile, this.#files.tokenFile].filter((path) => path !== null);
  }

  get passwords(): Passwords | null {
    return this.#loaded.passwords;
  }

  get tokens(): Tokens | null {
    return this.#loaded.tokens;
  }

  get warnings(): readonly string[] {
    return this.#loaded.warnings;
  }

  #load(): Loaded {
    const { passwordFile, tokenFile } = this.#files;
    const passwords = passwordFile === null ? null : readPasswordFile(passwordFile);
    const tokens = tokenFile === null ? null : readTokenFile(tokenFile);
    const verify = (password: Uint8Array, hash: string) => Bun.password.verify(password, hash);
    return {
      passwords:
        passwords === null ? null : new Passwords(passwords.users, { queue: this.#queue, verify }),
      tokens: tokens?.tokens ?? null,
      warnings: [...(passwords?.warnings ?? []), ...(tokens?.warnings ?? [])],
    };
  }
}
