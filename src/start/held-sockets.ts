// The sockets of several workers: opened by their parent, which accepts nobody, and handed down.

import type { ListenConfig } from "../config-listen.ts";
import { hold, holdSeveral, release, type HeldSocket } from "../net/held-socket.ts";
import type { Listener } from "../net/listener.ts";
import type { LegacySocket } from "../server/legacy.ts";
import type { SocketRole } from "./assignment.ts";
import { listenAll, type HandedDown, type Opener, type Purpose } from "../server/listening.ts";

/** A socket for one worker. */
export interface HandedSocket extends SocketRole {
  readonly fd: number;
}

export interface HeldSockets {
  /** Where clients connect, for the announcement. */
  readonly urls: readonly string[];
  /** Those of a worker, by its number: its own of TCP; Unix sockets and inherited ones are everybody's. */
  of(worker: number): readonly HandedSocket[];
  /** For a successor. */
  readonly legacy: readonly LegacySocket[];
  /** Our copies: only the workers listen now, each as long as it lives. A Unix socket keeps its path. */
  letGo(): void;
  /** With those of the workers nobody listens any more. */
  stop(): void;
  /** The same where a successor accepts: see Listening. */
  leave(): void;
}

export interface HoldOptions {
  readonly scheme: Opener["scheme"];
  readonly workers: number;
  readonly handed: HandedDown;
}

/** Opens all sockets or none. Rejects with ListenError. */
export async function holdAll(config: ListenConfig, options: HoldOptions): Promise<HeldSockets> {
  const { scheme, workers, handed } = options;
  const all: { readonly held: readonly HeldSocket[]; readonly purpose: Purpose }[] = [];
  const kept = new Set<HeldSocket>();
  const letGo = (held: readonly HeldSocket[]) => {
    for (const socket of held) if (kept.delete(socket)) release(socket);
  };
  const keep = (held: readonly HeldSocket[], purpose: Purpose): Listener => {
    all.push({ held, purpose });
    for (const socket of held) kept.add(socket);
    const { hostname, port } = held[0]!;
    const descriptors = held.map(({ fd }) => fd);
    return { hostname, port, descriptors, stop: () => letGo(held) };
  };
  const opener: Opener = {
    scheme,
    open: (at, purpose) => keep("hostname" in at ? holdSeveral(at, workers) : [hold(at)], purpose),
    take: (descriptors, purpose) =>
      keep(
        descriptors.map((fd) => hold({ fd })),
        purpose,
      ),
    adopt: () => Promise.reject(new Error("a connection is nobody's to share")),
  };
  const listening = await listenAll(config, opener, handed);
  return {
    ...listening,
    letGo: () => letGo([...kept]),
    of: (worker) =>
      all.flatMap(({ held, purpose }) =>
        partOf(held.length, { worker, workers }).map(({ i, isShared }) => {
          return { fd: held[i]!.fd, purpose, isShared };
        }),
      ),
  };
}

/**
 * Which of so many sockets of one address a worker has. What a predecessor left may be more than there are workers, or
 * less: none is closed, for its backlog would be lost, and none is added, for clients would wait there while we may fail.
 */
export function partOf(
  count: number,
  { worker, workers }: { readonly worker: number; readonly workers: number },
): readonly { readonly i: number; readonly isShared: boolean }[] {
  if (count <= workers) {
    const i = (worker - 1) % count;
    return [{ i, isShared: i + count < workers }];
  }
  const all = Array.from({ length: count }, (_, i) => ({ i, isShared: false }));
  return all.filter(({ i }) => i % workers === worker - 1);
}
