// SO_REUSEPORT for a socket that Bun opened and does not give us: so that another process of ours can bind its port, too.

import { ptr } from "bun:ffi";
import { readdirSync } from "node:fs";
import { lazyLibc } from "../libc.ts";
import { allowSharing } from "./held-socket.ts";
import { socketKind } from "./inherited-socket.ts";

/** sockaddr_in and sockaddr_in6 begin with the family and the port, which is big-endian. */
const PORT_OFFSET = 2;
const ADDRESS_SIZE_MAX = 28;

const libc = lazyLibc({
  getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
});

/** Of our sockets that listen there, by TCP, each is made to share. */
export function sharePort(port: number): void {
  for (const fd of readdirSync("/proc/self/fd").map(Number)) {
    const kind = socketKind(fd);
    if (kind?.isListening !== true || kind.isLocal || portOf(fd) !== port) continue;
    allowSharing(fd);
  }
}

function portOf(fd: number): number {
  const address = new Uint8Array(ADDRESS_SIZE_MAX);
  const size = new Uint32Array([ADDRESS_SIZE_MAX]);
  if (libc().getsockname(fd, ptr(address), ptr(size)) !== 0) return 0;
  return new DataView(address.buffer).getUint16(PORT_OFFSET, false);
}
