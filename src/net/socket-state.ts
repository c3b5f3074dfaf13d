// What the kernel knows of a socket and Bun has no way to say.

import { ptr } from "bun:ffi";
import { peek, receive } from "../descriptors/posix.ts";
import { openLibc } from "../libc.ts";

/** tcp(7): bytes in the send queue, sent or not, that are not acknowledged. */
const SIOCOUTQ = 0x5411;
/** poll(2): the peer's FIN has come, whether or not what is before it has been read; or the connection is gone. */
const POLLRDHUP = 0x2000;
const POLLERR = 0x8;
const POLLHUP = 0x10;

const libc = openLibc({
  ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" },
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
});
const count = new Int32Array(1);
/** struct pollfd: int fd, short events, short revents. */
const pollDescriptor = new Int32Array(2);

/** Bytes that wait in the kernel for the peer; 0 when nothing does, or the socket is closed. */
export function unacknowledgedBytes(fd: number): number {
  return libc.ioctl(fd, SIOCOUTQ, ptr(count)) === 0 ? count[0]! : 0;
}

/** True when the peer will send no more: Bun tells that of a paused socket only when it is resumed. */
export function hasPeerLeft(fd: number): boolean {
  pollDescriptor[0] = fd;
  pollDescriptor[1] = POLLRDHUP;
  if (libc.poll(ptr(pollDescriptor), 1, 0) <= 0) return false;
  const returned = pollDescriptor[1]! >>> 16;
  return (returned & (POLLRDHUP | POLLERR | POLLHUP)) !== 0;
}

/** Copies what has come and leaves it there. Returns the bytes copied, 0 when the peer has left, -1 when nothing is there. */
export function peekBytes(fd: number, target: Uint8Array): number {
  return peek(fd, ptr(target), target.length);
}

/** Takes so many bytes of what has come as there is room for. Returns as `peekBytes` does. */
export function takeBytes(fd: number, target: Uint8Array): number {
  return receive(fd, ptr(target), target.length);
}
