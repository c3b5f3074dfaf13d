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

/** The same when first asked for: calls that most servers never make, and need not wait a millisecond for. */
export function lazyLibc<Calls extends Record<string, FFIFunction>>(calls: Calls) {
  let opened: ReturnType<typeof openLibc<Calls>> | null = null;
  return () => (opened ??= openLibc(calls));
}
