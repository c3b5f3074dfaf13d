// SO_REUSEPORT for a socket that Bun opened and does not give us: so that another process of ours can bind its port, too.

import { ptr } from "bun:ffi";
import { readdirSync } from "node:fs";
import { lazyLibc } from "../libc.ts";
import { socketKind } from "./inherited-socket.ts";

/** socket(7), Linux's numbers. */
const SOL_SOCKET = 1;
const SO_REUSEPORT = 15;
/** sockaddr_in and sockaddr_in6 begin with the family and the port, which is big-endian. */
const PORT_OFFSET = 2;
const ADDRESS_SIZE_MAX = 28;

const libc = lazyLibc({
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
});

/** Of our sockets that listen there, by TCP, each is made to share. */
export function sharePort(port: number): void {
  const yes = new Int32Array([1]);
  for (const fd of readdirSync("/proc/self/fd").map(Number)) {
    const kind = socketKind(fd);
    if (kind?.isListening !== true || kind.isLocal || portOf(fd) !== port) continue;
    libc().setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, ptr(yes), yes.byteLength);
  }
}

function portOf(fd: number): number {
  const address = new Uint8Array(ADDRESS_SIZE_MAX);
  const size = new Uint32Array([ADDRESS_SIZE_MAX]);
  if (libc().getsockname(fd, ptr(address), ptr(size)) !== 0) return 0;
  return new DataView(address.buffer).getUint16(PORT_OFFSET, false);
}
