// Tells who started us that we are ready, stopping, alive: sd_notify(3), and a line feed on a descriptor.

import { ptr } from "bun:ffi";
import { closeSync, writeSync } from "node:fs";
import { openLibc } from "../libc.ts";
import { takeVariables, type OwnEnvironment } from "../server/own-variables.ts";

/** socket(2), unix(7), clock_gettime(2), Linux's numbers. */
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const PATH_SIZE_MAX = 108;
const CLOCK_MONOTONIC = 1;

const VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

export interface NotifierOptions {
  /** Our own; what is read of it is deleted, for it is not for programs. */
  readonly environment: OwnEnvironment;
  readonly pid: number;
}

export class Notifier {
  /** As a successor is to have them. */
  readonly variables: OwnEnvironment;
  #send: ((text: string) => void) | null;
  readonly #watchdogMs: number | null;
  readonly #pid: number;
  #isStopping = false;

  constructor({ environment, pid }: NotifierOptions) {
    const taken = takeVariables(environment, VARIABLES);
    const { NOTIFY_SOCKET: path = "", WATCHDOG_USEC: watchdog = "" } = taken;
    this.#pid = pid;
    this.variables = { NOTIFY_SOCKET: taken.NOTIFY_SOCKET, WATCHDOG_USEC: taken.WATCHDOG_USEC };
    this.#send = /^[/@]./.test(path) ? senderTo(path) : null;
    const isOurs = taken.WATCHDOG_PID === undefined || taken.WATCHDOG_PID === String(pid);
    // Half of it, as sd_watchdog_enabled(3) advises.
    const isSet = isOurs && /^[1-9][0-9]{0,15}$/.test(watchdog);
    this.#watchdogMs = isSet ? Math.max(1, Number(watchdog) / 2000) : null;
  }

  /** All sockets listen. */
  ready(status: string): void {
    this.#send?.(`READY=1\nSTATUS=${status}\nMAINPID=${this.#pid}`);
    if (this.#send !== null && this.#watchdogMs !== null) {
      setInterval(() => this.#send?.("WATCHDOG=1"), this.#watchdogMs).unref();
    }
  }

  stopping(): void {
    this.#isStopping = true;
    this.#send?.("STOPPING=1\nSTATUS=stopping");
  }

  /** A successor serves: it is the main process, and the one that lives or not. systemd believes that of us alone. */
  handOver(pid: number): void {
    this.#send?.(`READY=1\nSTATUS=process ${pid} serves\nMAINPID=${pid}`);
    this.#send = null;
  }

  /** `work` is a reload: systemd waits for its end. */
  async reloading(work: () => void | Promise<void>): Promise<void> {
    this.#send?.(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}`);
    await work();
    if (!this.#isStopping) this.#send?.("READY=1");
  }
}

/** Writes a line feed, as s6 and its like wait for, and closes the descriptor. */
export function tellReady(fd: number): void {
  try {
    writeSync(fd, "\n");
    closeSync(fd);
  } catch {
    // Whoever waited is gone.
  }
}

/** `path` is that of a Unix socket, with `@` for the NUL of an abstract one. Null when it cannot be reached. */
function senderTo(path: string): ((text: string) => void) | null {
  const name = Buffer.from(path);
  if (name.length >= PATH_SIZE_MAX) return null;
  if (path.startsWith("@")) name[0] = 0;
  const address = Buffer.alloc(2 + name.length + 1);
  address.writeUInt16LE(AF_UNIX, 0); // x86-64 and AArch64 are little-endian here
  name.copy(address, 2);
  const size = 2 + name.length + (path.startsWith("@") ? 0 : 1);
  // Opened here: most servers have nobody to tell.
  const libc = openLibc({
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    sendto: { args: ["i32", "ptr", "usize", "i32", "ptr", "u32"], returns: "i64" },
  });
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return null;
  return (text) => {
    const bytes = Buffer.from(text);
    libc.sendto(fd, ptr(bytes), bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, ptr(address), size);
  };
}

/** What systemd compares its own times with. */
function monotonicMicroseconds(): bigint {
  const libc = openLibc({ clock_gettime: { args: ["i32", "ptr"], returns: "i32" } });
  const time = new BigInt64Array(2);
  libc.clock_gettime(CLOCK_MONOTONIC, ptr(time));
  return time[0]! * 1_000_000n + time[1]! / 1000n;
}
