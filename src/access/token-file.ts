// --bearer-file: a name and the SHA-256 of a token in each line; a token is looked up by its hash.

import { createHash, timingSafeEqual } from "node:crypto";
import { readSecretFile, SecretFileError } from "./secret-file.ts";

export interface TokenFile {
  readonly tokens: Tokens;
  readonly warnings: readonly string[];
}

interface Token {
  readonly name: string;
  readonly hash: Uint8Array;
}

const OPTION = "bearer-file";
const HASH = /^[0-9a-f]{64}$/i;
/** What comes out where a token should have been made, and was not. */
const HASH_OF_NOTHING = createHash("sha256").digest("hex");

/** Throws SecretFileError. A name may have several tokens: the next one is there before the last one goes. */
export function readTokenFile(file: string): TokenFile {
  const wanted = "NAME:HASH, the token's SHA-256 in hex,";
  const { lines, warnings } = readSecretFile(OPTION, file, wanted);
  const seen = new Set<string>();
  const tokens = lines.map(({ number, name, secret }) => {
    const problem = (text: string) =>
      new SecretFileError(`--${OPTION}=${file}, line ${number}: ${text}`);
    const hash = secret.toLowerCase();
    if (!HASH.test(hash)) {
      throw problem(
        "this is no SHA-256 in hex (printf %s TOKEN | sha256sum; the token itself must not stand here)",
      );
    }
    if (hash === HASH_OF_NOTHING) throw problem("this is the hash of no token (make one)");
    if (seen.has(hash)) throw problem("the same token stands in a line before (make another)");
    seen.add(hash);
    return { name, hash: Buffer.from(hash, "hex") };
  });
  return { tokens: new Tokens(tokens), warnings };
}

export class Tokens {
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get size(): number {
    return this.#tokens.length;
  }

  /** The name that a token stands for, or null. Compares with all, whichever it is. */
  find(token: string): string | null {
    const hash = createHash("sha256").update(token, "latin1").digest();
    let found: string | null = null;
    for (const { name, hash: known } of this.#tokens) {
      if (timingSafeEqual(hash, known)) found = name;
    }
    return found;
  }
}
