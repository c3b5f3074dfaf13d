// Judges from time to time whether one client still lives, by what was heard of it and what it took: no clock of its own.

import type { EndCause } from "./endpoint.ts";

export interface KeepaliveLimits {
  /** Milliseconds of silence after which a client is pinged; after twice as many it is dead. 0 = neither. */
  readonly pingIntervalMs: number;
  /** Milliseconds that a client whose bytes we do not read may leave ours unacknowledged, or have left. */
  readonly stallTimeoutMs: number;
  /** Milliseconds that a client may take nothing of what its program writes. */
  readonly writeStallTimeoutMs: number;
}

/** What can be seen of a client from outside. */
export interface KeepaliveClient {
  /** True while its bytes are not read: then its silence says nothing. */
  readonly paused: boolean;
  /** True while too much waits for it. */
  readonly congested: boolean;
  /** Bytes that its socket has taken of ours, ever. */
  readonly taken: number;
  /** Bytes of them that its end has not acknowledged. */
  readonly unacknowledged: number;
  /** It has sent its last byte, whether or not we have read it. */
  readonly hasLeft: boolean;
}

const GONE: EndCause = { kind: "gone" };
const SILENT: EndCause = { kind: "silent" };
const STALLED: EndCause = { kind: "stalled" };

/** In each of the times that are waited for a client is looked at this often: what is found is late by a quarter. */
const LOOKS = 4;

/** Bytes: a client that has so many before it, and takes them, is slow. Our Ping is behind them, and not yet seen. */
const BEHIND_MIN = 16 * 1024;

/** How often `judge` is to be called, in milliseconds. */
export function lookIntervalMs(limits: KeepaliveLimits): number {
  const { pingIntervalMs, stallTimeoutMs, writeStallTimeoutMs } = limits;
  return Math.min(pingIntervalMs || Infinity, stallTimeoutMs, writeStallTimeoutMs) / LOOKS;
}

/** Times are those of the calls of `judge`, in milliseconds: what happened since the last one counts as happening now. */
export class Keepalive {
  /** Set by whoever reads the client's bytes: a store is all that a chunk costs. */
  heard = false;
  readonly #limits: KeepaliveLimits;
  #heardAt: number;
  /** From when on its silence counts: it was heard, or could not be. */
  #silentAt: number;
  /** When it was heard or pinged. */
  #askedAt: number;
  /** When it acknowledged something, or had nothing to. */
  #tookAt: number;
  #acknowledged = 0;

  constructor(limits: KeepaliveLimits, now: number) {
    this.#limits = limits;
    this.#heardAt = now;
    this.#silentAt = now;
    this.#askedAt = now;
    this.#tookAt = now;
  }

  /** What is to be done: nothing, a Ping, or the end of the client. */
  judge(now: number, client: KeepaliveClient): "ping" | EndCause | null {
    const { pingIntervalMs, stallTimeoutMs, writeStallTimeoutMs } = this.#limits;
    const { paused, congested } = client;
    if (this.heard) {
      this.heard = false;
      this.#heardAt = this.#silentAt = this.#askedAt = now;
    }
    const { unacknowledged } = client;
    const acknowledged = client.taken - unacknowledged;
    const takes = acknowledged !== this.#acknowledged;
    this.#acknowledged = acknowledged;
    if (takes || (unacknowledged === 0 && !congested)) this.#tookAt = now;
    const isBehind = takes && unacknowledged > BEHIND_MIN;
    if (paused || congested || isBehind) this.#silentAt = now;

    const stalledMs = now - this.#tookAt;
    if (paused && now - this.#heardAt >= stallTimeoutMs && client.hasLeft) return GONE;
    if (congested) return stalledMs >= writeStallTimeoutMs ? STALLED : null;
    if (paused && stalledMs >= stallTimeoutMs) return GONE;
    if (pingIntervalMs === 0) return null;
    if (now - this.#silentAt >= 2 * pingIntervalMs) return SILENT;
    if (now - this.#askedAt < pingIntervalMs) return null;
    this.#askedAt = now;
    return "ping"; // RFC 6455 5.5.2: "either as a keepalive or as a means to verify" the peer
  }
}
