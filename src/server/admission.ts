// Who is let in by how many there are already.

import type { AdmissionConfig } from "../config.ts";
import type { PlainResponse } from "../http/response.ts";
import type { SharedPlaces } from "../share/places.ts";

export const RETRY_AFTER: readonly [string, string] = ["Retry-After", "1"];

/** What is said to who comes while the server ends its sessions. */
export const STOPPED: PlainResponse = {
  status: 503,
  text: "The server is stopping.",
  fields: [RETRY_AFTER],
};

export interface AdmissionOptions {
  readonly config: Pick<AdmissionConfig, "sessionsMax" | "sessionsPerAddressMax">;
  /** Programs at once, what the descriptors bear considered. */
  readonly sessionsMax: number;
  /** Whether they bear one more now: connections that are no session yet may have them. */
  readonly hasRoom: () => boolean;
  /** Those of all workers; null: there is none but us. */
  readonly places: SharedPlaces | null;
}

/** A place for one program; to be given back once. */
export interface Place {
  readonly group: string | null;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #byGroup = new Map<string, number>();
  /** Places taken. */
  taken = 0;
  /** Who comes should go elsewhere, and is let in. */
  leaving = false;
  /** Nobody is let in. */
  stopping = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** A place for a client of that address, empty for one that has none, or why there is none. */
  take(address: string): Place | PlainResponse {
    const { config, sessionsMax, hasRoom, places } = this.#options;
    if (this.stopping) return STOPPED;
    if (this.taken >= sessionsMax) return full(`All ${sessionsMax} sessions`, "maxforks");
    if (!hasRoom()) {
      const text = "Too many connections for one more program.";
      return { status: 503, text, fields: [RETRY_AFTER] };
    }
    if (places?.take(config.sessionsMax || Infinity) === false)
      return full(`All ${config.sessionsMax} sessions`, "maxforks");
    const most = config.sessionsPerAddressMax;
    const group = most > 0 && address !== "" ? addressGroup(address) : null;
    if (group !== null && !this.#takeOf(group, most)) {
      places?.giveBack();
      return full(`All ${most} sessions of ${group}`, "maxforks-per-ip");
    }
    this.taken++;
    return { group };
  }

  giveBack({ group }: Place): void {
    const { places } = this.#options;
    this.taken--;
    places?.giveBack();
    if (group === null) return;
    if (places !== null) return places.giveBackOf(group);
    const count = this.#byGroup.get(group)! - 1;
    if (count === 0) this.#byGroup.delete(group);
    else this.#byGroup.set(group, count);
  }

  #takeOf(group: string, most: number): boolean {
    const { places } = this.#options;
    if (places !== null) return places.takeOf(group, most);
    const count = this.#byGroup.get(group) ?? 0;
    if (count < most) this.#byGroup.set(group, count + 1);
    return count < most;
  }
}

function full(what: string, option: string): PlainResponse {
  return { status: 429, text: `${what} are in use (--${option}).`, fields: [RETRY_AFTER] };
}

/** What one client can be taken to have: an IPv4 address; of IPv6 the 64 bits that a network gives each host. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const [front = "", back] = address.split("%")[0]!.split("::");
  const left = front === "" ? [] : front.split(":");
  const right = back === undefined || back === "" ? [] : back.split(":");
  const zeros = back === undefined ? 0 : 8 - left.length - right.length;
  const words = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...right];
  return (
    words
      .slice(0, 4)
      .map((word) => word.replace(/^0+(?=.)/, ""))
      .join(":") + "::/64"
  );
}
