// A response's body goes out in its order, whenever the socket says that it takes bytes.

import { expect, test } from "bun:test";
import { ResponseSender } from "../../src/net/response-sender.ts";
import type { ClientSocket } from "../../src/net/socket-user.ts";

/** Takes as many bytes of each write as `room` says. */
function slowSocket(): { socket: ClientSocket; text: () => string; take: (room: number) => void } {
  let written = "";
  let room = Infinity;
  const write = (bytes: Uint8Array) => {
    const taken = Math.min(room, bytes.length);
    written += Buffer.from(bytes.subarray(0, taken)).toString("latin1");
    return taken;
  };
  const socket = { fd: -1, write, terminate() {} } as unknown as ClientSocket;
  return { socket, text: () => written, take: (count) => (room = count) };
}

test("a TLS socket that says so unasked, as after its handshake, starts no second read", async () => {
  const { socket, text, take } = slowSocket();
  let body!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => void (body = controller),
  });
  const finished = Promise.withResolvers<void>();
  let times = 0;
  const sender = new ResponseSender(socket, new Response(stream), {
    method: "GET",
    fields: [],
    stallTimeoutMs: 60_000,
    finished: () => (times++, finished.resolve()),
  });
  sender.drained();
  take(2);
  body.enqueue(Buffer.from("first,"));
  body.enqueue(Buffer.from("second"));
  body.close();
  // Until all that the stream has ready could be read.
  await new Promise((resolve) => setImmediate(resolve));
  expect(text()).toEndWith("\r\n\r\nfi");
  take(Infinity);
  sender.drained();
  await finished.promise;
  sender.drained();
  expect(text()).toEndWith("\r\n\r\nfirst,second");
  expect(times).toBe(1);
});
