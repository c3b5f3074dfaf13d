// A client that ends its sending side without a Close: its program sees the end of file, and what it still says is sent.

import { connect } from "node:net";
import { expect, setDefaultTimeout, test } from "bun:test";
import { frame } from "../support/frames.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { within } from "../support/server-deadline.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Sends all at once, then FIN, and returns what came until the server's FIN. */
function exchange(port: number, bytes: readonly Uint8Array[]): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const got: Buffer[] = [];
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("data", (chunk) => got.push(Buffer.from(chunk)));
  socket.on("end", () => resolve(Buffer.concat(got)));
  socket.on("error", reject);
  socket.end(Buffer.concat([Buffer.from(requestHead()), ...bytes]));
  return within("the server's end", promise);
}

test("PARITY 1.5: the answer to its last message is not lost", async () => {
  await using server = await startServer(["sh", "-c", "cat; echo bye"]);
  const answer = await exchange(server.port, [frame({ opcode: 1, payload: "hello" })]);
  const frames = answer.subarray(answer.indexOf("\r\n\r\n") + 4).toString("latin1");
  expect(frames).toBe("\x81\x05hello\x81\x03bye\x88\x08\x03\xe8exit 0");
});

test("a long answer after it arrives whole", async () => {
  await using server = await startServer(["sh", "-c", "cat >/dev/null; seq 1 500000"]);
  const answer = await exchange(server.port, [frame({ opcode: 1, payload: "x" })]);
  const end = Buffer.from("\x81\x06500000\x88\x08\x03\xe8exit 0", "latin1");
  expect(answer.subarray(-end.length)).toEqual(end);
});

test("a program that goes on writing is heard for longer than a farewell takes", async () => {
  await using server = await startServer([
    "sh",
    "-c",
    "for i in 1 2 3 4 5 6 7; do echo $i; sleep 1; done",
  ]);
  const answer = await exchange(server.port, []);
  const end = Buffer.from("\x81\x017\x88\x08\x03\xe8exit 0", "latin1");
  expect(answer.subarray(-end.length)).toEqual(end);
});

test("a program that ignores the end of file has the time of a peer's farewell, then the ladder", async () => {
  await using server = await startServer(["sh", "-c", "trap '' INT; while :; do sleep 0.05; done"]);
  const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(requestHead());
  socket.resume();
  expect(await server.logged(/ DISCONNECT /)).toContain("connection lost");
  expect(server.leftovers()).toEqual([]);
  socket.destroy();
});

test("FIN in the middle of a message ends the session at once", async () => {
  await using server = await startServer(["cat"]);
  const cut = frame({ opcode: 1, payload: "hello" }).subarray(0, 8);
  await exchange(server.port, [cut]).catch(() => {});
  expect(await server.logged(/ DISCONNECT /)).toContain("connection lost");
});
