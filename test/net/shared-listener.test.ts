// Turns on a socket that several accept on: what Bun makes of a listener that is stopped while it accepts.

import { expect, test } from "bun:test";
import { hold } from "../../src/net/held-socket.ts";
import { listenInTurns } from "../../src/net/shared-listener.ts";
import { descriptorsOf } from "../support/server-processes.ts";
import { eventually } from "../support/server-deadline.ts";

const AT = { hostname: "127.0.0.1", port: 0 };

async function waiting(port: number, count: number) {
  return Promise.all(
    Array.from({ length: count }, () =>
      Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } }),
    ),
  );
}

test("no more than a turn's are accepted at once, and all in the end", async () => {
  const { fd, port } = hold(AT);
  const clients = await waiting(port, 20);
  const turns: number[] = [];
  let inTurn = 0;
  const before = descriptorsOf(process.pid);
  const turn = () => (++inTurn === 4 ? 0 : null);
  const { stop } = listenInTurns(fd, turn, (own, accepted) => {
    inTurn = 0;
    turns.push(0);
    const open = () => {
      turns[turns.length - 1]!++;
      accepted();
    };
    return Bun.listen({ fd: own, socket: { data() {}, open } });
  });
  await eventually("all of them", () => turns.reduce((sum, count) => sum + count) === 20);
  expect(turns.filter((count) => count > 0)).toEqual([4, 4, 4, 4, 4]);
  stop();
  for (const client of clients) client.terminate();
  await eventually("their descriptors", () => descriptorsOf(process.pid) <= before - 20);
});

test("who is stopped while others have their turn accepts nobody any more", async () => {
  const { fd, port } = hold(AT);
  const clients = await waiting(port, 3);
  let count = 0;
  const { stop } = listenInTurns(
    fd,
    () => 1,
    (own, accepted) => {
      const open = () => {
        count++;
        accepted();
        stop();
      };
      return Bun.listen({ fd: own, socket: { data() {}, open } });
    },
  );
  await eventually("one of them", () => count > 0);
  await Bun.sleep(20); // a turn is over in 1 ms; too short would only make the test weaker
  expect(count).toBe(1);
  for (const client of clients) client.terminate();
});
