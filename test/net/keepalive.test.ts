// A client on a real socket, looked after by a ticker: pinged, found silent, gone or stalled, and cleared away.

import { describe, expect, test } from "bun:test";
import { hasPeerLeft, unacknowledgedBytes } from "../../src/net/socket-state.ts";
import type { EndCause } from "../../src/session/endpoint.ts";
import { fromHex } from "../support/frames.ts";
import { eventually } from "../support/server-deadline.ts";
import { atRest } from "../support/server-stall.ts";
import { KEEPALIVE, LiveClient } from "./live-client.ts";

const { pingIntervalMs, stallTimeoutMs, writeStallTimeoutMs } = KEEPALIVE;
/** 5.5.2, 5.5.3: from the server, unmasked, without a body; and the client's answer. */
const PING = "8900";
const PONG = fromHex("8a80 00000000");

/** What a session would hear of the client, and how often it got something from it. */
class Heard {
  causes: EndCause[] = [];
  closed = 0;
  records = 0;

  constructor({ client }: LiveClient) {
    client.listener = {
      received: () => this.records++,
      drained() {},
      inputEnded() {},
      ended: (cause) => void this.causes.push(cause),
      closed: () => this.closed++,
    };
  }
}

/** The client is gone, for `kind`, and its socket and memory with it. */
async function goneFor(kind: EndCause["kind"], live: LiveClient, heard: Heard): Promise<void> {
  await eventually("the client's end", () => heard.closed > 0);
  expect(heard.causes.map((cause) => cause.kind)).toEqual([kind]);
  expect(heard.closed).toBe(1);
  expect(live.ticker.size).toBe(0);
  expect(live.kernel.states.used).toBe(0);
  expect(live.kernel.slabs.used).toBe(0);
}

describe("the kernel's view of a socket", () => {
  test("a peer that is there has not left, one whose FIN came has, read or not", async () => {
    using live = await LiveClient.connect();
    const { socket, peer } = live;
    expect(hasPeerLeft(socket.fd)).toBe(false);
    expect(unacknowledgedBytes(socket.fd)).toBe(0);
    socket.pause();
    peer.write("unread");
    peer.shutdown();
    await eventually("the FIN", () => hasPeerLeft(socket.fd));
  });
});

describe("a silent client", () => {
  test("5.5.2 gets a Ping, and after two intervals its end", async () => {
    using live = await LiveClient.connect();
    const heard = new Heard(live);
    live.pass(pingIntervalMs - 100);
    expect(live.client.taken).toBe(0);
    live.pass(pingIntervalMs);
    await eventually("the Ping", () => live.peerGot !== "");
    expect(live.peerGot).toBe(PING);
    expect(heard.causes).toEqual([]);
    live.pass(pingIntervalMs);
    await goneFor("silent", live, heard);
  });

  test("that pongs lives", async () => {
    using live = await LiveClient.connect();
    const heard = new Heard(live);
    let pongs = 0;
    // The last Pong is followed by a message: once that is here, so is the Pong.
    for (let records = 1; records <= 10; records++) {
      live.pass(pingIntervalMs + 100); // by the first tick it is seen to have been heard
      await eventually("the Ping", () => live.peerGot === PING.repeat(records));
      pongs += live.peer.write(PONG);
      live.peer.write(fromHex("8181 00000000 61"));
      await eventually("the Pong", () => heard.records === records);
    }
    expect(pongs).toBe(10 * PONG.length);
    expect(heard.causes).toEqual([]);
  });

  test("after our Close is none to be pinged", async () => {
    using live = await LiveClient.connect();
    const heard = new Heard(live);
    live.client.end({ kind: "stopping" });
    live.pass(10 * pingIntervalMs);
    await eventually("the Close", () => live.peerGot !== "");
    expect(live.peerGot).toStartWith("88");
    expect(live.peerGot).not.toEndWith(PING);
    expect(heard.causes).toEqual([]);
  });
});

describe("a paused client", () => {
  test("whose peer leaves is gone", async () => {
    using live = await LiveClient.connect();
    const heard = new Heard(live);
    live.client.pause();
    live.peer.write("never read");
    live.peer.shutdown();
    await eventually("the FIN", () => live.client.hasLeft);
    live.pass(stallTimeoutMs - 100);
    expect(heard.causes).toEqual([]);
    live.pass(100);
    await goneFor("gone", live, heard);
    expect(heard.records).toBe(0);
  });

  test("is pinged, and lives as long as its kernel takes that", async () => {
    using live = await LiveClient.connect();
    const heard = new Heard(live);
    live.client.pause();
    for (let pings = 1; pings <= 10; pings++) {
      live.pass(pingIntervalMs);
      await eventually("the Ping", () => live.peerGot === PING.repeat(pings));
      await eventually("its acknowledgement", () => live.client.unacknowledged === 0);
    }
    expect(heard.causes).toEqual([]);
    live.client.resume();
    live.pass(2 * pingIntervalMs);
    await goneFor("silent", live, heard);
  });
});

/** Writes until not only our queue is full but the kernels' are, too, which grow with what a peer reads. */
async function stuck(live: LiveClient): Promise<void> {
  const { client } = live;
  while (!client.congested || client.unacknowledged === 0) {
    live.congest();
    // One more than that: kernels that have grown enough to take all come to rest with nothing, and get more.
    await atRest("what the kernels hold", () => client.unacknowledged + 1);
  }
}

describe("a client that does not read", () => {
  test("is stalled when it takes nothing for so long, and gets no Ping meanwhile", async () => {
    using live = await LiveClient.connect();
    const heard = new Heard(live);
    live.peer.pause();
    await stuck(live);
    const { taken } = live.client;
    live.pass(100); // the acknowledgements so far
    live.pass(writeStallTimeoutMs - 100);
    expect(heard.causes).toEqual([]);
    expect(live.client.taken).toBe(taken);
    live.pass(100);
    await goneFor("stalled", live, heard);
  });

  test("is not while it reads a little, now and then", async () => {
    using live = await LiveClient.connect();
    const heard = new Heard(live);
    for (let round = 0; round < 3; round++) {
      live.peer.pause();
      await stuck(live);
      live.pass(100);
      live.pass(writeStallTimeoutMs - 100);
      const { taken } = live.client;
      live.peer.resume();
      await eventually("progress", () => live.client.taken > taken);
    }
    expect(heard.causes).toEqual([]);
  });
});
