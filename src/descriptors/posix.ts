// The C library's calls that Bun has no name for, by bun:ffi: pipes, epoll, and reads and writes of kernel memory.

import { ptr } from "bun:ffi";
import { openLibc } from "../libc.ts";

/** Linux's numbers, the same on x86-64 and AArch64, which are the ones that Bun runs on. */
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const F_SETFL = 4;
const F_SETPIPE_SZ = 1031;
const F_DUPFD_CLOEXEC = 1030;
const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
/** With the others: told when it becomes so, not as long as it is. */
export const EPOLLET = 0x8000_0000;
const MSG_PEEK = 0x2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

const CALLS = {
  pipe2: { args: ["ptr", "i32"], returns: "i32" },
  socketpair: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  read: { args: ["i32", "ptr", "usize"], returns: "i32" },
  write: { args: ["i32", "ptr", "usize"], returns: "i32" },
  recv: { args: ["i32", "ptr", "usize", "i32"], returns: "i32" },
  send: { args: ["i32", "ptr", "usize", "i32"], returns: "i32" },
  epoll_create1: { args: ["i32"], returns: "i32" },
  epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  epoll_wait: { args: ["i32", "ptr", "i32", "i32"], returns: "i32" },
} as const;

const libc = openLibc(CALLS);

/** Memory that the C library reads and writes. Kept here for good: what only C points to would be collected. */
const pair = new Int32Array(2);

/** The two ends of a pipe as file descriptors, closed on exec. */
export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** Makes a pipe (pipe(7)), or returns null when the process or the system has no descriptor left. */
export function makePipe(): Pipe | null {
  if (libc.pipe2(ptr(pair), O_CLOEXEC) !== 0) return null;
  return { readEnd: pair[0]!, writeEnd: pair[1]! };
}

/** Makes two joined non-blocking sockets that keep the bounds of packets (unix(7)), or returns null. */
export function makeSocketPair(): readonly [number, number] | null {
  const type = SOCK_SEQPACKET | O_NONBLOCK | O_CLOEXEC;
  if (libc.socketpair(AF_UNIX, type, 0, ptr(pair)) !== 0) return null;
  return [pair[0]!, pair[1]!];
}

/** Makes one end of a pipe non-blocking; the other end, which has a file description of its own, stays as it is. */
export function setNonBlocking(fd: number): void {
  libc.fcntl(fd, F_SETFL, O_NONBLOCK);
}

/** Asks for a larger pipe; the system may refuse (pipe-user-pages-soft), then it stays as it is. */
export function growPipe(fd: number, bytes: number): void {
  libc.fcntl(fd, F_SETPIPE_SZ, bytes);
}

/** Another descriptor of the same, from `first` on, closed on exec; -1 when there is none left. */
export function duplicate(fd: number, first: number): number {
  return libc.fcntl(fd, F_DUPFD_CLOEXEC, first);
}

export function closeDescriptor(fd: number): void {
  libc.close(fd);
}

let lastBytes: Uint8Array | null = null;
let lastAddress = 0;

/**
 * The machine address of a view's first byte. Good for as long as somebody holds the view and its memory stays. What was
 * asked for last is remembered: a process has one kernel memory.
 */
export function machineAddress(bytes: Uint8Array): number {
  if (bytes !== lastBytes) {
    lastBytes = bytes;
    lastAddress = ptr(bytes);
  }
  return lastAddress;
}

type Address = Parameters<typeof libc.write>[1];

/** read(2). Returns the bytes read, 0 at the end of file, -1 when there is nothing (a non-blocking descriptor). */
export function read(fd: number, address: number, length: number): number {
  return libc.read(fd, address as Address, length);
}

/** write(2). Returns the bytes taken, or -1: full (a non-blocking descriptor), or broken. */
export function write(fd: number, address: number, length: number): number {
  return libc.write(fd, address as Address, length);
}

/** recv(2) of a socket, as `read`: 0 when the peer has sent its last byte, -1 when there is nothing, or it is broken. */
export function receive(fd: number, address: number, length: number): number {
  return libc.recv(fd, address as Address, length, MSG_DONTWAIT);
}

/** The same, and leaves there what it copies. */
export function peek(fd: number, address: number, length: number): number {
  return libc.recv(fd, address as Address, length, MSG_PEEK | MSG_DONTWAIT);
}

/** send(2) to a socket, as `write`; a peer that is gone raises no signal. */
export function send(fd: number, address: number, length: number): number {
  return libc.send(fd, address as Address, length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/** epoll_event of epoll_ctl(2): 12 bytes, packed, on x86-64, 16 elsewhere. `events`, then 64 bits of data. */
const EVENT_SIZE = process.arch === "x64" ? 12 : 16;
const EVENT_DATA = EVENT_SIZE - 8;
const EVENTS_MAX = 256;

const eventBytes = new Uint8Array(EVENT_SIZE * EVENTS_MAX);
const eventView = new DataView(eventBytes.buffer);
const controlBytes = new Uint8Array(EVENT_SIZE);
const controlView = new DataView(controlBytes.buffer);
const eventAddress = ptr(eventBytes);

/** Makes an epoll instance, or returns null. */
export function makeEpoll(): number | null {
  const fd = libc.epoll_create1(O_CLOEXEC);
  return fd < 0 ? null : fd;
}

/** Adds `fd` to an epoll instance; `data` comes back with its events. False when it could not be added. */
export function epollAdd(epoll: number, fd: number, events: number, data: bigint): boolean {
  controlView.setUint32(0, events, true);
  controlView.setBigUint64(EVENT_DATA, data, true);
  return libc.epoll_ctl(epoll, EPOLL_CTL_ADD, fd, ptr(controlBytes)) === 0;
}

/** What is watched for of `fd`, which is in the instance, from now; `data` as before. */
export function epollChange(epoll: number, fd: number, events: number, data: bigint): void {
  controlView.setUint32(0, events, true);
  controlView.setBigUint64(EVENT_DATA, data, true);
  libc.epoll_ctl(epoll, EPOLL_CTL_MOD, fd, ptr(controlBytes));
}

export function epollDelete(epoll: number, fd: number): void {
  libc.epoll_ctl(epoll, EPOLL_CTL_DEL, fd, ptr(controlBytes));
}

/** Waits for so long at most. Returns how many events there are for `eventBits` and `eventData`, until the next call. */
export function epollWait(epoll: number, milliseconds: number): number {
  return libc.epoll_wait(epoll, eventAddress, EVENTS_MAX, milliseconds);
}

/** The bits of event `i` of the last `epollWait`: EPOLLIN and the like. */
export function eventBits(i: number): number {
  return eventView.getUint32(i * EVENT_SIZE, true);
}

/** The low half of the data that event `i` was added with. */
export function eventData(i: number): number {
  return eventView.getUint32(i * EVENT_SIZE + EVENT_DATA, true);
}
