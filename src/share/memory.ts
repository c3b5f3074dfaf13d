// Memory that several processes see: memfd_create(2), mmap(2).

import { toArrayBuffer, type Pointer } from "bun:ffi";
import { lazyLibc } from "../libc.ts";

const MFD_CLOEXEC = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

const libc = lazyLibc({
  memfd_create: { args: ["cstring", "u32"], returns: "i32" },
  ftruncate: { args: ["i32", "i64"], returns: "i32" },
  mmap: { args: ["ptr", "usize", "i32", "i32", "i32", "i64"], returns: "ptr" },
});

/** Memory without a name in any directory: it is gone with the last process that has it. Null: there is none. */
export function makeSharedMemory(bytes: number): number | null {
  const fd = libc().memfd_create(Buffer.from("websockd\0"), MFD_CLOEXEC);
  if (fd < 0) return null;
  return libc().ftruncate(fd, bytes) === 0 ? fd : null;
}

/** All zero at first; what nobody has touched costs nothing. Null when it cannot be had. Never taken away again. */
export function mapSharedMemory(fd: number, bytes: number): Int32Array | null {
  const address = libc().mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  // MAP_FAILED is -1; an address has at most 57 bits.
  if (address === null || Number(address) < 0 || Number(address) >= 2 ** 57) return null;
  return new Int32Array(toArrayBuffer(address as Pointer, 0, bytes));
}
