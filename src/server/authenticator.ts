// Who asks must say who they are before anything else is told: passwords and tokens are judged, what is wrong is slowed.

import { Attempts } from "../access/attempts.ts";
import type { CredentialStore } from "../access/credential-store.ts";
import type { Claimant } from "../access/fair-queue.ts";
import { challenges, readCredentials, withoutCredentials } from "../http/credentials.ts";
import type { Credentials, Scheme } from "../http/credentials.ts";
import { refuse } from "../http/request.ts";
import type { PlainResponse } from "../http/response.ts";
import type { Log } from "../log.ts";
import { isLoopback } from "../net/loopback.ts";
import { asksForWebSocket } from "../websocket/handshake.ts";
import { addressGroup, RETRY_AFTER, STOPPED, type Admission } from "./admission.ts";
import { logDefect } from "./defect.ts";
import { aboutExchange, type Exchange } from "./exchange.ts";
import type { Starter } from "./starter.ts";
import type { Tally } from "./tally.ts";

export interface AuthenticatorOptions {
  readonly credentials: CredentialStore;
  readonly admission: Pick<Admission, "stopping">;
  readonly starter: Pick<Starter, "refuse">;
  readonly log: Log;
  /** Null: nobody counts. */
  readonly tally: Pick<Tally, "refused"> | null;
}

/** What is wrong is answered a whole number of these after it came: nobody learns how long it was looked at. */
const FAILURE_DELAY_MS = 1000;
const LIMITS = {
  /** More than the six connections that a browser opens at once; eight guesses a second. */
  eachMax: 8,
  /** A proxy that does not say for whom it asks must not be shut out for what one of many does. */
  sharedMax: 64,
};
/** Verifications that wait: of one address few, so that it takes many of them to keep all others from theirs. */
const WAITING_EACH_MAX = 2;
/** Connections that wait for their answer: each has a descriptor. */
const HELD_MAX = 256;
/** Characters of a name that nobody need have, for the log. */
const NAME_SHOWN_MAX = 64;

const TOO_MANY: PlainResponse = {
  status: 429,
  text: "Too many attempts to come in at once, from your address: wait a second.",
  fields: [RETRY_AFTER],
};
const BUSY: PlainResponse = {
  status: 503,
  text: "Too many try to come in at once: wait a second.",
  fields: [RETRY_AFTER],
};

/** What was found; the name is the client's until it is right. */
type Verdict =
  | { readonly isRight: true; readonly name: string }
  | { readonly isRight: false; readonly name?: string; readonly reason: string };

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #attempts = new Attempts(LIMITS);

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Hands on a request of somebody who is known, at once or later, or answers it. */
  judge(exchange: Exchange, admitted: (exchange: Exchange) => void): void {
    const { credentials, starter } = this.#options;
    const { schemes } = credentials;
    const isWebSocket = asksForWebSocket(exchange.head);
    const found = readCredentials(exchange.head, { ...schemes, isWebSocket });
    if (found === null) return starter.refuse(exchange, this.#unauthorized(null));
    if ("status" in found) return starter.refuse(exchange, found);
    const { isLocal, address } = exchange.caller;
    const who = isLocal ? "" : addressGroup(address);
    // Before anything is compared: else what is right could be told from what is wrong by a 429.
    const isShared = isLocal || isLoopback(address);
    if (!this.#attempts.mayTry(who, isShared)) return starter.refuse(exchange, TOO_MANY);
    const waitingMax = isShared ? LIMITS.sharedMax : WAITING_EACH_MAX;
    const verdict = this.#verdictOn(found, { who, waitingMax });
    const enter = ({ name }: { name: string }) => {
      const head = withoutCredentials(exchange.head, schemes);
      admitted({ ...exchange, head, identity: { name, scheme: found.scheme } });
    };
    if (verdict !== null && "isRight" in verdict && verdict.isRight) return enter(verdict);
    if (verdict === null) return this.#turnAway(exchange, who);
    const trial = { exchange, scheme: found.scheme, who, enter };
    this.#await(trial, Promise.resolve(verdict));
  }

  /** Null: it would have to wait, and too many do. */
  #verdictOn(found: Credentials, claimant: Claimant): Verdict | Promise<Verdict> | null {
    const { passwords, tokens } = this.#options.credentials;
    const mayWait = this.#attempts.held < HELD_MAX;
    if (found.scheme === "Bearer") {
      const name = tokens?.find(found.token) ?? null;
      if (name !== null) return { isRight: true, name };
      return mayWait ? { isRight: false, reason: "unknown token" } : null;
    }
    const { name, password } = found;
    const checked = passwords?.check({ name, password, claimant }, mayWait) ?? null;
    if (checked === null) return null;
    if (checked === true) return { isRight: true, name };
    const reason = passwords?.has(name) === true ? "wrong password" : "unknown user";
    return checked.then((isRight) => ({ isRight, name, reason }));
  }

  /** It counts all the same: a second of guesses must not be free because everybody is busy. */
  #turnAway(exchange: Exchange, who: string): void {
    const attempt = { who, isHeld: false };
    this.#attempts.begin(attempt);
    setTimeout(() => this.#attempts.end(attempt), FAILURE_DELAY_MS);
    this.#options.starter.refuse(exchange, BUSY);
  }

  /** Meanwhile the client may have gone, and the server begun to stop: the attempt counts until its time is over. */
  #await(trial: Trial, coming: Promise<Verdict>): void {
    const { exchange, who } = trial;
    const { log } = this.#options;
    const attempt = { who, isHeld: true };
    const beganAt = performance.now();
    exchange.connection.hold();
    this.#attempts.begin(attempt);
    const end = (verdict: Verdict) => {
      this.#attempts.end(attempt);
      this.#answer(trial, verdict);
    };
    const judged = async () => {
      const verdict = await coming.catch((error: unknown): Verdict => {
        logDefect(log, error);
        return { isRight: false, reason: "could not be verified" };
      });
      if (!verdict.isRight) {
        const passedMs = performance.now() - beganAt;
        await Bun.sleep(FAILURE_DELAY_MS - (passedMs % FAILURE_DELAY_MS));
      }
      return verdict;
    };
    void judged()
      .then(end)
      .catch((error: unknown) => {
        logDefect(log, error);
        exchange.connection.respond({ status: 500, text: "The request could not be served." });
      });
  }

  #answer({ exchange, scheme, enter }: Trial, verdict: Verdict): void {
    const { admission, log, starter, tally } = this.#options;
    const { connection } = exchange;
    if (!verdict.isRight) {
      const status = 401;
      const { reason } = verdict;
      const user = verdict.name?.slice(0, NAME_SHOWN_MAX);
      log.write(
        "info",
        "AUTH FAILED",
        { ...aboutExchange(exchange), user, status, reason },
        "http",
      );
      if (!connection.isOpen) return;
      connection.respond(this.#unauthorized(scheme));
      tally?.refused(status);
      return;
    }
    if (!connection.isOpen) return;
    if (admission.stopping) return starter.refuse(exchange, STOPPED);
    enter(verdict);
  }

  #unauthorized(wrong: Scheme | null): PlainResponse {
    const { schemes } = this.#options.credentials;
    const wanted = [
      schemes.basic ? "a name and a password (Basic)" : null,
      schemes.bearer ? "a token (Bearer)" : null,
    ].filter((one) => one !== null);
    const text = wrong === null ? "Nobody comes in here without" : "Not known here. Send";
    return {
      ...refuse(401, `${text} ${wanted.join(" or ")}.`),
      fields: challenges(schemes, wrong),
    };
  }
}

interface Trial {
  readonly exchange: Exchange;
  readonly scheme: Scheme;
  readonly who: string;
  readonly enter: (verdict: { name: string }) => void;
}
