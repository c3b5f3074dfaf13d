// What a server leaves to its successor: sockets that listen, of which that one takes those of the addresses it wants.

import { lstatSync, unlinkSync } from "node:fs";
import { closeDescriptor } from "../descriptors/posix.ts";

/** All sockets of one address. */
export interface LegacySocket {
  /** What the configuration asked for, as `wishFor` has it; null: who started us handed the socket down. */
  readonly wish: string | null;
  /** `HOST PORT`; empty for a Unix socket. */
  readonly bound: string;
  /** LISTEN_FDNAMES. */
  readonly name: string;
  /** Of the file of a Unix socket that we made; 0 for others. */
  readonly inode: number;
  readonly descriptors: readonly number[];
}

/** Where the operator asks; Bun opens that socket itself, and its successor binds the address beside it. */
export interface LegacyAdmin {
  readonly wish: string;
  /** 0 for a Unix socket. */
  readonly port: number;
}

export interface LegacyParts {
  readonly sockets: readonly LegacySocket[];
  /** Null: nowhere. */
  readonly admin: LegacyAdmin | null;
}

export type Place =
  { readonly hostname: string; readonly port: number } | { readonly path: string };

/** The same for the same line of a configuration, whichever port 0 came to. */
export function wishFor(at: Place, purpose: string): string {
  return "path" in at ? `${purpose} ${at.path}` : `${purpose} ${boundTo(at)}`;
}

export function boundTo({ hostname, port }: { hostname: string; port: number }): string {
  return `${hostname.replace(/^\[|\]$/g, "")} ${port}`;
}

export class Legacy {
  readonly admin: LegacyAdmin | null;
  /** Until then our predecessor may have to go on: what it made stays. */
  isOurs = false;
  /** It has not ended yet. */
  readonly isPredecessorThere: () => boolean;
  readonly #left: Set<LegacySocket>;

  constructor({ sockets, admin }: LegacyParts, isPredecessorThere: () => boolean) {
    this.#left = new Set(sockets);
    this.admin = admin;
    this.isPredecessorThere = isPredecessorThere;
  }

  /** Those that who started our predecessor had handed down to it. */
  takeInherited(): readonly { readonly fd: number; readonly name: string }[] {
    const found = [...this.#left].filter(({ wish }) => wish === null);
    for (const socket of found) this.#left.delete(socket);
    return found.flatMap(({ descriptors, name }) => descriptors.map((fd) => ({ fd, name })));
  }

  /** Our predecessor listens there. */
  has(at: Place, purpose: string): boolean {
    const wish = wishFor(at, purpose);
    return this.admin?.wish === wish || [...this.#left].some((socket) => socket.wish === wish);
  }

  /** The descriptors of that address; null: nobody listened there. */
  take(at: Place, purpose: string): readonly number[] | null {
    const wish = wishFor(at, purpose);
    const all = [...this.#left];
    const found =
      "path" in at
        ? all.find((socket) => socket.wish === wish && inodeOf(at.path) === socket.inode)
        : (all.find((socket) => socket.wish === wish) ??
          all.find(({ bound }) => bound === boundTo(at)));
    if (found === undefined) return null;
    this.#left.delete(found);
    return found.descriptors;
  }

  /** We serve. What nobody wants is closed, and the file of a Unix socket is removed. */
  settle(): void {
    this.isOurs = true;
    for (const { descriptors, wish, inode } of this.#left) {
      for (const fd of descriptors) closeDescriptor(fd);
      if (wish === null || inode === 0) continue;
      const path = wish.slice(wish.indexOf(" ") + 1);
      if (inodeOf(path) === inode) unlinkSync(path);
    }
    this.#left.clear();
  }
}

/** 0: there is no such file. */
export function inodeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
