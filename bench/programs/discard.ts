// Opens WebSockets and throws away what comes, in the kernel: a client that costs nearly nothing.
//
// bun bench/programs/discard.ts PORT CONNECTIONS SECONDS
// Prints `begin` after a second, then bytes and milliseconds.

import { dlopen, ptr } from "bun:ffi";
import { Handshake } from "../load/handshake.ts";

/** poll(2), recv(2): with MSG_TRUNC tcp(7) drops the bytes where they are. */
const POLLIN = 1;
const MSG_DISCARD = 0x20 | 0x40;
const AT_ONCE_BYTES = 4 * 1024 * 1024;
const WARM_UP_MS = 1000;
const POLL_MS = 100;

const { poll, recv } = dlopen("libc.so.6", {
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
  recv: { args: ["i32", "ptr", "usize", "i32"], returns: "i64" },
}).symbols;

const [port = "", count = "8", seconds = "3"] = process.argv.slice(2);
const url = new URL(`ws://127.0.0.1:${port}/`);

/** Resolves to the descriptor when the 101 has come; nothing of the socket is read by Bun any more. */
function open(): Promise<number> {
  const opened = Promise.withResolvers<number>();
  const handshake = new Handshake();
  void Bun.connect({
    hostname: url.hostname,
    port: Number(url.port),
    socket: {
      open: (socket) => void socket.write(handshake.request(url)),
      data(socket, chunk) {
        if (handshake.receive(chunk) < 0) return;
        socket.pause();
        opened.resolve((socket as unknown as { fd: number }).fd);
      },
    },
  });
  return opened.promise;
}

const descriptors = await Promise.all(Array.from({ length: Number(count) }, open));
/** struct pollfd: int fd, short events, short revents. */
const polled = new Int32Array(descriptors.flatMap((fd) => [fd, POLLIN]));

/** Reads for so long; returns the bytes that came. */
function discard(milliseconds: number): number {
  let bytes = 0;
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    poll(ptr(polled), descriptors.length, POLL_MS);
    for (const [i, fd] of descriptors.entries()) {
      if (polled[2 * i + 1]! >>> 16 === 0) continue;
      bytes += Math.max(0, Number(recv(fd, null, AT_ONCE_BYTES, MSG_DISCARD)));
    }
  }
  return bytes;
}

discard(WARM_UP_MS);
console.log("begin");
const begin = performance.now();
const bytes = discard(Number(seconds) * 1000);
console.log(`${bytes} ${performance.now() - begin}`);
process.exit(0);
