// The sockets of several workers: opened by their parent, which accepts nobody, and handed down.

import type { ListenConfig } from "../config-listen.ts";
import { hold, holdSeveral, release, type HeldSocket } from "../net/held-socket.ts";
import type { InheritedSocket } from "../server/inherited.ts";
import type { SocketRole } from "./assignment.ts";
import { listenAll, type Opener, type Purpose } from "../server/listening.ts";

/** A socket for one worker. */
export interface HandedSocket extends SocketRole {
  readonly fd: number;
}

export interface HeldSockets {
  /** Where clients connect, for the announcement. */
  readonly urls: readonly string[];
  /** Those of a worker, by its number: its own of TCP; Unix sockets and inherited ones are everybody's. */
  of(worker: number): readonly HandedSocket[];
  /** Our copies: only the workers listen now, each as long as it lives. A Unix socket keeps its path. */
  letGo(): void;
  /** With those of the workers nobody listens any more. */
  stop(): void;
}

export interface HoldOptions {
  readonly scheme: Opener["scheme"];
  readonly workers: number;
  readonly inherited: readonly InheritedSocket[];
}

/** Opens all sockets or none. Rejects with ListenError. */
export async function holdAll(config: ListenConfig, options: HoldOptions): Promise<HeldSockets> {
  const { scheme, workers, inherited } = options;
  const all: { readonly held: readonly HeldSocket[]; readonly purpose: Purpose }[] = [];
  const kept = new Set<HeldSocket>();
  const letGo = (held: readonly HeldSocket[]) => {
    for (const socket of held) if (kept.delete(socket)) release(socket);
  };
  const opener: Opener = {
    scheme,
    open(at, purpose) {
      const held = "hostname" in at ? holdSeveral(at, workers) : [hold(at)];
      all.push({ held, purpose });
      for (const socket of held) kept.add(socket);
      const { hostname, port } = held[0]!;
      return { hostname, port, stop: () => letGo(held) };
    },
    adopt: () => Promise.reject(new Error("a connection is nobody's to share")),
  };
  const { urls, stop } = await listenAll(config, opener, inherited);
  return {
    urls,
    letGo: () => letGo([...kept]),
    stop,
    of: (worker) =>
      all.map(({ held, purpose }) => {
        const own = held[worker - 1];
        return { fd: (own ?? held[0]!).fd, purpose, isShared: held.length < workers };
      }),
  };
}
