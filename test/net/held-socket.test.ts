// Sockets that are held for others: what the kernel and Bun make of a port that several share.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { hold, holdSeveral, release } from "../../src/net/held-socket.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening } from "../support/server-processes.ts";
import { eventually } from "../support/server-deadline.ts";

const AT = { hostname: "127.0.0.1", port: 0 };

function codeOf(act: () => unknown): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe("several sockets on one port", () => {
  test("each gets its part of the connections, once somebody accepts", async () => {
    const held = holdSeveral(AT, 3);
    const port = held[0]!.port;
    expect(held.map((socket) => socket.port)).toEqual([port, port, port]);
    const clients = await Promise.all(
      Array.from({ length: 60 }, () =>
        Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } }),
      ),
    ); // the kernel accepts them: nobody polls yet
    const counts = [0, 0, 0];
    const listeners = held.map(({ fd }, i) =>
      Bun.listen({ fd, socket: { data() {}, open: () => void counts[i]!++ } }),
    );
    await eventually("all of them", () => counts.reduce((sum, count) => sum + count) === 60);
    expect(counts.every((count) => count > 0)).toBe(true);
    for (const client of clients) client.terminate();
    for (const listener of listeners) listener.stop(true);
  });

  test("to anybody else the port is in use, shared or not", () => {
    const held = holdSeveral(AT, 2);
    const { port } = held[0]!;
    expect(codeOf(() => hold({ ...AT, port }))).toBe("EADDRINUSE");
    expect(codeOf(() => holdSeveral({ ...AT, port }, 2))).toBe("EADDRINUSE");
    held.forEach(release);
  });

  test("nor is one shared that another has alone", () => {
    const one = hold(AT);
    expect(codeOf(() => holdSeveral({ ...AT, port: one.port }, 2))).toBe("EADDRINUSE");
    release(one);
  });

  test("when all are released nobody listens", () => {
    const held = holdSeveral(AT, 2);
    expect(isListening(held[0]!.port)).toBe(true);
    held.forEach(release);
    expect(isListening(held[0]!.port)).toBe(false);
  });
});

test("the file of a Unix socket stays when Bun's hold on it ends", async () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  const held = hold({ path });
  await Bun.sleep(0);
  expect(existsSync(path)).toBe(true);
  const client = await Bun.connect({ unix: path, socket: { data() {} } });
  client.terminate();
  release(held);
});
