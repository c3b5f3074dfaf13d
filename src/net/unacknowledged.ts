// How much of what was written to a socket its peer has not taken yet, which Bun has no way to say.

import { dlopen, ptr } from "bun:ffi";

const LIBRARIES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];
/** tcp(7): bytes in the send queue, sent or not, that are not acknowledged. */
const SIOCOUTQ = 0x5411;

const CALLS = { ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" } } as const;

const count = new Int32Array(1);
let ioctl: ReturnType<typeof openIoctl> | null = null;

/** Bytes that wait in the kernel for the peer; 0 when nothing does, or the socket is closed. */
export function unacknowledgedBytes(fd: number): number {
  ioctl ??= openIoctl();
  return ioctl(fd, SIOCOUTQ, ptr(count)) === 0 ? count[0]! : 0;
}

function openIoctl() {
  for (const name of LIBRARIES) {
    try {
      return dlopen(name, CALLS).symbols.ioctl;
    } catch {
      // Not this C library: the next one.
    }
  }
  throw new Error(`no C library found (tried ${LIBRARIES.join(", ")})`);
}
