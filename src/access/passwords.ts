// Judges passwords against a file's hashes: as slowly for a name that is not there, and once for one that was right.

import { createHmac, randomBytes } from "node:crypto";
import type { Claimant, FairQueue } from "./fair-queue.ts";
import type { PasswordUser } from "./password-file.ts";

export interface PasswordAttempt {
  readonly name: string;
  readonly password: Uint8Array;
  /** Who tries, for their turn among all who do. */
  readonly claimant: Claimant;
}

export type VerifyHash = (password: Uint8Array, hash: string) => Promise<boolean>;

/** Right ones that are remembered, 100 bytes each: users at work at once, and no more of them than that costs nothing. */
const REMEMBERED_MAX = 1024;

/** Good for one state of the file: what was remembered goes with it. */
export class Passwords {
  readonly #users: ReadonlyMap<string, PasswordUser>;
  readonly #list: readonly PasswordUser[];
  readonly #queue: FairQueue;
  readonly #verify: VerifyHash;
  /** Of this process, and this state of the file: nobody can work out what a password would be remembered as. */
  readonly #key = randomBytes(32);
  /** HMACs of name and password, the latest used last. */
  readonly #right = new Set<string>();
  /** The same one asked for several times at once, as a browser does, is verified once. */
  readonly #pending = new Map<string, Promise<boolean>>();

  constructor(
    users: ReadonlyMap<string, PasswordUser>,
    { queue, verify }: { queue: FairQueue; verify: VerifyHash },
  ) {
    this.#users = users;
    this.#list = [...users.values()];
    this.#queue = queue;
    this.#verify = verify;
  }

  get size(): number {
    return this.#users.size;
  }

  has(name: string): boolean {
    return this.#users.has(name);
  }

  /**
   * True at once for what was right before; null when it must wait and may not, or too many do. Rejects when a hash is
   * not to be read.
   */
  check(attempt: PasswordAttempt, mayWait: boolean): true | Promise<boolean> | null {
    const key = this.#hmac(attempt.name, attempt.password);
    if (this.#right.delete(key)) {
      this.#right.add(key);
      return true;
    }
    if (!mayWait) return null;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const judged = this.#queue.add(attempt.claimant, () => this.#judge(attempt));
    if (judged === null) return null;
    const remembered = judged
      .then((isRight) => {
        if (isRight) this.#remember(key);
        return isRight;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, remembered);
    return remembered;
  }

  async #judge({ name, password }: PasswordAttempt): Promise<boolean> {
    const user = this.#users.get(name) ?? this.#standIn(name);
    if (user === undefined) return false;
    const isRight = await this.#verify(password.subarray(0, user.sizeMax), user.hash);
    // The stand-in's own password opens nothing under another name.
    return isRight && user.name === name;
  }

  /** For a name that is not there: always the same user, so that its time is always that of the same kind of hash. */
  #standIn(name: string): PasswordUser | undefined {
    const number = Number.parseInt(this.#hmac(name, new Uint8Array(0)).slice(0, 8), 16);
    return this.#list[number % Math.max(1, this.#list.length)];
  }

  #remember(key: string): void {
    this.#right.add(key);
    if (this.#right.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#right;
    this.#right.delete(oldest!);
  }

  /** Names have no control characters. */
  #hmac(name: string, password: Uint8Array): string {
    return createHmac("sha256", this.#key).update(`${name}\0`).update(password).digest("hex");
  }
}
