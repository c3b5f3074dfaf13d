// Wakes Bun's event loop when an epoll instance of ours has news, which Bun has no way to be asked for.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import {
  closeDescriptor,
  EPOLLIN,
  epollAdd,
  epollDelete,
  machineAddress,
  makeSocketPair,
  write,
} from "./posix.ts";

// Bun polls sockets with callbacks, pipes with promises, and an epoll instance not at all. Streams and FileSinks for
// the pipes cost 11 KiB for a session, a 256 KiB chunk of new memory for a read and five system calls; figures in
// bench/README.md. So one socket of Bun's stands for all pipes: it always has a packet to read, but Bun's epoll
// instance watches, under that socket's name, our epoll instance in its place (epoll(7): an epoll descriptor is
// itself readable when it has events). When a pipe is ready, Bun reads a packet from the socket, and its `data`
// handler is the bell.
//
// The name is the 64 bits that Bun gave the kernel for its socket, as proc(5) shows them in /proc/self/fdinfo. They
// are handed back to the kernel unchanged, for as long as the socket is open. test/service/bun-contract.test.ts holds
// that this works; where it does not (no /proc, another Bun), `hangBell` says so and Readiness asks at intervals.

/** Packets kept in the socket. One would do; the others cover a turn in which the refill fails. */
const PACKETS = 8;
/** How long the trial ring may take before the bell is taken for dumb. */
const TRIAL_MS = 1000;

export interface Bell {
  /** The epoll instance that Bun waits with. */
  readonly bunEpoll: number;
  /**
   * Turns it around: Bun hears no more of `epoll`, in which `bunEpoll` can be read when Bun has something to do. False: the
   * kernel refuses (epoll(7), max_user_watches), and all is as before.
   */
  mute(): boolean;
  unmute(): boolean;
  close(): void;
}

const packet = new Uint8Array(1);
const packetAddress = machineAddress(packet);

/** Calls `ring` in the turns of the event loop in which `epoll` has events. Null when that cannot be had here. */
export async function hangBell(epoll: number, ring: () => void): Promise<Bell | null> {
  const pair = makeSocketPair();
  if (pair === null) return null;
  const [near, far] = pair;
  let rung: () => void = () => {};
  const socket = await Bun.connect({
    fd: near,
    socket: {
      data() {
        // The packet that was read is put back after the news is heard: there are others until then.
        try {
          rung();
        } finally {
          write(far, packetAddress, 1);
        }
      },
      error() {},
    },
  });
  const poll = findPoll(near);
  if (poll === null || !epollAdd(poll.epoll, epoll, EPOLLIN, poll.data)) {
    socket.terminate();
    closeDescriptor(far);
    return null;
  }
  epollDelete(poll.epoll, near);
  for (let i = 0; i < PACKETS; i++) write(far, packetAddress, 1);
  const bell = {
    bunEpoll: poll.epoll,
    // Of the two, one at most watches the other: a circle is refused (epoll_ctl(2), ELOOP).
    mute() {
      epollDelete(poll.epoll, epoll);
      if (epollAdd(epoll, poll.epoll, EPOLLIN, BigInt(poll.epoll))) return true;
      epollAdd(poll.epoll, epoll, EPOLLIN, poll.data);
      return false;
    },
    unmute() {
      epollDelete(epoll, poll.epoll);
      if (epollAdd(poll.epoll, epoll, EPOLLIN, poll.data)) return true;
      epollAdd(epoll, poll.epoll, EPOLLIN, BigInt(poll.epoll));
      return false;
    },
    close() {
      epollDelete(poll.epoll, epoll);
      socket.terminate();
      closeDescriptor(far);
    },
  };
  const works = await tryBell(epoll, (heard) => (rung = heard));
  rung = ring;
  if (works) return bell;
  bell.close();
  return null;
}

/** Makes `epoll` have an event and waits for the bell. */
async function tryBell(epoll: number, listen: (heard: () => void) => void): Promise<boolean> {
  const pair = makeSocketPair();
  if (pair === null) return false;
  const [near, far] = pair;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), TRIAL_MS);
  listen(() => resolve(true));
  epollAdd(epoll, near, EPOLLIN, 0n);
  write(far, packetAddress, 1);
  const works = await promise;
  clearTimeout(timer);
  epollDelete(epoll, near);
  closeDescriptor(near);
  closeDescriptor(far);
  return works;
}

/** Which epoll instance of this process watches `fd`, and under what name: Bun's. */
function findPoll(fd: number): { epoll: number; data: bigint } | null {
  const entry = new RegExp(`^tfd:\\s+${fd} events:\\s+[0-9a-f]+ data:\\s+([0-9a-f]+)`, "m");
  try {
    for (const name of readdirSync("/proc/self/fd")) {
      if (linkOf(name) !== "anon_inode:[eventpoll]") continue;
      const match = entry.exec(readFileSync(`/proc/self/fdinfo/${name}`, "latin1"));
      if (match !== null) return { epoll: Number(name), data: BigInt(`0x${match[1]}`) };
    }
  } catch {
    // No /proc.
  }
  return null;
}

/** A descriptor may be closed while /proc is read: it is not the one. */
function linkOf(name: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch {
    return "";
  }
}
