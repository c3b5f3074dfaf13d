// The C library's calls that Bun has no name for, by bun:ffi: pipes, and reads and writes of kernel memory.

import { dlopen, ptr } from "bun:ffi";

const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];
/** Linux, all architectures that Bun runs on. */
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const F_SETFL = 4;
const F_SETPIPE_SZ = 1031;

const CALLS = {
  pipe2: { args: ["ptr", "i32"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  write: { args: ["i32", "ptr", "usize"], returns: "i32" },
} as const;

const libc = open().symbols;
const pair = new Int32Array(2);

function open() {
  for (const name of LIBRARIES) {
    try {
      return dlopen(name, CALLS);
    } catch {
      // Not this C library: the next one.
    }
  }
  throw new Error(`no C library found (tried ${LIBRARIES.join(", ")})`);
}

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

/** Makes one end of a pipe non-blocking; the other end, which has a file description of its own, stays as it is. */
export function setNonBlocking(fd: number): void {
  libc.fcntl(fd, F_SETFL, O_NONBLOCK);
}

/** Asks for a larger pipe; the system may refuse (pipe-user-pages-soft), then it stays as it is. */
export function growPipe(fd: number, bytes: number): void {
  libc.fcntl(fd, F_SETPIPE_SZ, bytes);
}

export function closeDescriptor(fd: number): void {
  libc.close(fd);
}

/** The machine address of a view's first byte. Good for as long as the view's memory stays where it is. */
export function machineAddress(bytes: Uint8Array): number {
  return ptr(bytes);
}

/** write(2). Returns the bytes taken, or -1: full (a non-blocking descriptor), or broken. */
export function write(fd: number, address: number, length: number): number {
  return libc.write(fd, address as Parameters<typeof libc.write>[1], length);
}
