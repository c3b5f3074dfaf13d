// How long and how many connections may wait for a proxy's header, and that each is counted out once.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { listen, type Listener } from "../../src/net/listener.ts";
import { awaitProxyHeader, type ProxyHeaderOptions } from "../../src/net/proxy-awaiter.ts";
import { NOBODY } from "../../src/net/socket-user.ts";
import { Readiness } from "../../src/descriptors/readiness.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";

const LINE = "PROXY TCP4 192.0.2.9 198.51.100.3 4711 443\r\n";
const DEFECTS: unknown[] = [];
let readiness: Readiness;
beforeAll(async () => {
  readiness = await Readiness.create({ failed: (error) => DEFECTS.push(error) });
});
afterAll(() => {
  readiness.close();
  expect(DEFECTS).toEqual([]);
});

/** A listening socket, and what it told. */
class Waiting implements Disposable {
  readonly refused: (string | null)[] = [];
  readonly accepted: (string | undefined)[] = [];
  readonly chunks: string[] = [];
  waiting = 0;
  readonly #listener: Listener;

  constructor(of: Partial<ProxyHeaderOptions> = {}) {
    const options: ProxyHeaderOptions = {
      isLocal: false,
      isTrusted: () => true,
      whenReadable: (fd, ready) => readiness.whenReadable(fd, ready),
      timeoutMs: 10_000,
      room: {
        enter: () => {
          this.waiting++;
          return true;
        },
        leave: () => this.waiting--,
      },
      refused: (_, reason) => this.refused.push(reason),
      ...of,
    };
    this.#listener = listen({
      at: { hostname: "127.0.0.1", port: 0 },
      secure: null,
      accept: (socket, header) => {
        this.accepted.push(header?.source?.address);
        const receive = (chunk: Uint8Array) => void this.chunks.push(Buffer.from(chunk).toString());
        return { ...NOBODY, receive, peerEnded: () => void socket.end() };
      },
      failed: (error) => DEFECTS.push(error),
      proxied: (socket, found) => awaitProxyHeader(socket, options, found),
    });
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.#listener.port);
  }

  [Symbol.dispose](): void {
    this.#listener.stop();
  }
}

test("what is behind the header is the next user's, in the same chunk or later", async () => {
  using waiting = new Waiting();
  using client = await waiting.connect();
  client.write(`${LINE}first`);
  await eventually("the first", () => waiting.chunks.join("") === "first");
  client.write(" second");
  await eventually("the second", () => waiting.chunks.join("") === "first second");
  expect(waiting.accepted).toEqual(["192.0.2.9"]);
  expect(waiting.waiting).toBe(0);
  await client.end();
  await client.ended();
  expect(waiting.refused).toEqual([]);
});

test("who is silent, and who trickles, is cut when the time is over", async () => {
  using waiting = new Waiting({ timeoutMs: 200 });
  using silent = await waiting.connect();
  using slow = await waiting.connect();
  slow.write("PROXY UNKNOWN ");
  const trickle = setInterval(() => slow.write("x"), 20);
  await silent.ended();
  await slow.ended();
  clearInterval(trickle);
  const late = expect.stringContaining("the header did not come within 0.2 s");
  expect(waiting.refused).toEqual([late, late]);
  expect(waiting.accepted).toEqual([]);
  expect(waiting.waiting).toBe(0);
});

test("who leaves is counted out: before a byte, within the header, by a reset", async () => {
  using waiting = new Waiting();
  for (const bytes of ["", "PROXY "]) {
    for (const leave of ["cut", "reset"] as const) {
      const client = await waiting.connect();
      await eventually("that it waits", () => waiting.waiting === 1);
      client.write(bytes);
      await client.flushed();
      client[leave]();
      await eventually("that it does not", () => waiting.waiting === 0);
    }
  }
  expect(waiting.refused.slice(0, 2)).toEqual([null, null]);
  expect(waiting.refused).toHaveLength(4);
});

test("one too many is cut, and was never counted", async () => {
  using waiting = new Waiting({ room: { enter: () => false, leave() {} } });
  const client = await waiting.connect().catch(() => null);
  await client?.ended();
  expect(waiting.waiting).toBe(0);
  expect(waiting.accepted).toEqual([]);
});

test("a defect of the next user counts it out and cuts it", async () => {
  using waiting = new Waiting();
  Object.defineProperty(waiting, "accepted", {
    get() {
      throw new Error("not to be read");
    },
  });
  using client = await waiting.connect();
  client.write(LINE);
  await client.ended();
  await eventually("the defect", () => DEFECTS.length === 1);
  expect(waiting.waiting).toBe(0);
  expect(String(DEFECTS.pop())).toContain("not to be read");
});
