// Opens the C library for bun:ffi, under whichever name this system has it.

import { dlopen, type FFIFunction } from "bun:ffi";

/** glibc, then musl. */
const NAMES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** The calls, ready to be made. Throws when there is no C library under a name that is known here. */
export function openLibc<Calls extends Record<string, FFIFunction>>(calls: Calls) {
  for (const name of NAMES) {
    try {
      return dlopen(name, calls).symbols;
    } catch {
      // Not this one: the next.
    }
  }
  throw new Error(`no C library found (tried ${NAMES.join(", ")})`);
}
