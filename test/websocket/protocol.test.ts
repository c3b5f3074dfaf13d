// RFC 6455 5.4, 5.5.2, 5.5.3, 5.6: data and control frames while the connection is open, at every split.

import { afterEach, describe, expect, test } from "bun:test";
import { FRAME_VIOLATIONS } from "../../src/websocket/violation.ts";
import { OPCODE_PING } from "../../src/websocket/frame.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import { concat, frame, fromHex } from "../support/frames.ts";
import { everySplit } from "../support/splits.ts";
import { kernel, NEVER, OPTIONS, Peer } from "./peer.ts";

const HELLO = "8185 37fa213d 7f9f4d5158";
const HELLO_LINE = "48656c6c6f0a";

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

/** Runs `check` on the stream at every split. */
function atEverySplit(stream: Uint8Array, check: (peer: Peer) => void): void {
  for (const cuts of everySplit(stream.length)) {
    using peer = new Peer();
    peer.feed(stream, cuts);
    check(peer);
  }
}

describe("5.5.2 Ping", () => {
  for (const size of [0, 1, 4, 5, 16, 17, 124, 125]) {
    test(`of ${size} bytes is answered with a Pong of the same body`, () => {
      const payload = new Uint8Array(size).map((_, i) => i ^ 0x5a);
      const pong = "8a" + size.toString(16).padStart(2, "0") + payload.toHex();
      atEverySplit(frame({ opcode: OPCODE_PING, payload }), (peer) => {
        expect(peer.sent).toEqual([pong]);
        expect(peer.payloadHex).toBe("");
        expect(peer.protocol.state).toBe("OPEN");
      });
    });
  }

  test("between the fragments of a message, which it does not disturb", () => {
    const stream = fromHex("0183 37fa213d 7f9f4d 8981 00000000 70 8082 37fa213d 5b95");
    atEverySplit(stream, (peer) => {
      expect(peer.sent).toEqual(["8a0170"]);
      expect(peer.payloadHex).toBe(HELLO_LINE);
      expect(peer.protocol.counts.incoming).toBe(1);
    });
  });

  test("5.5.3 only the latest of many in a chunk is answered", () => {
    const pings = Array.from({ length: 1000 }, (_, i) =>
      frame({ opcode: OPCODE_PING, payload: `ping ${i}` }),
    );
    using peer = new Peer();
    peer.feed(concat(pings));
    expect(peer.sent).toEqual(["8a08" + Buffer.from("ping 999").toString("hex")]);
  });

  test("5.5.3 the latest of a chunk that the kernel takes in pieces", () => {
    const big = frame({ opcode: 0x2, payload: new Uint8Array(900_000) });
    const first = frame({ opcode: OPCODE_PING, payload: "1" });
    const second = frame({ opcode: OPCODE_PING, payload: "2" });
    using peer = new Peer();
    peer.feed(concat([first, big, second]));
    expect(peer.sent).toEqual(["8a0132"]);
  });

  test("each of them when each comes in a chunk of its own", () => {
    using peer = new Peer();
    for (const body of ["61", "62", "63"]) peer.feed(fromHex(`8981 00000000 ${body}`));
    expect(peer.sent).toEqual(["8a0161", "8a0162", "8a0163"]);
  });

  test("the Pong goes out after the payload that came before the Ping", () => {
    const order: string[] = [];
    const protocol = new Protocol(kernel, OPTIONS, {
      ...NEVER,
      payload: (begin, end) => order.push(kernel.bytes.slice(begin, end).toHex()),
      transmit: (bytes) => order.push(bytes.toHex()),
    });
    protocol.receive(fromHex(`${HELLO} 8980 00000000 ${HELLO}`));
    protocol.release();
    // Pings do not cut the payload of a chunk in two.
    expect(order).toEqual([HELLO_LINE + HELLO_LINE, "8a00"]);
  });
});

describe("5.5.3 Pong", () => {
  test("is ignored, asked for or not", () => {
    atEverySplit(fromHex("8a80 37fa213d 8a83 00000000 010203"), (peer) => {
      expect(peer.sent).toEqual([]);
      expect(peer.payloadHex).toBe("");
      expect(peer.end).toBe("");
    });
  });
});

describe("5.4 fragmentation", () => {
  test("control frames between all fragments", () => {
    const stream = fromHex(
      "0181 00000000 61 8a80 00000000 0081 00000000 62 8981 00000000 7a 8081 00000000 63",
    );
    atEverySplit(stream, (peer) => {
      expect(peer.payloadHex).toBe("6162630a");
      expect(peer.sent).toEqual(["8a017a"]);
      expect(peer.protocol.counts.incoming).toBe(1);
    });
  });

  test("8.1 a character cut by fragments and by a Ping is whole", () => {
    const stream = fromHex("0181 00000000 e2 8980 00000000 0081 00000000 82 8081 00000000 ac");
    atEverySplit(stream, (peer) => {
      expect(peer.payloadHex).toBe("e282ac0a");
      expect(peer.end).toBe("");
    });
  });

  test("a message's fragments are counted anew for the next", () => {
    const message = "0181 00000000 61 0081 00000000 62 0081 00000000 63 8081 00000000 64";
    atEverySplit(fromHex(message + message), (peer) => {
      expect(peer.payloadHex).toBe("616263640a616263640a");
      expect(peer.end).toBe("");
    });
  });
});

describe("5.6 data", () => {
  test("a message larger than every buffer comes on as it is received", () => {
    const payload = new Uint8Array(1024 * 1024).map((_, i) => 0x20 + (i % 90));
    const stream = frame({ opcode: 0x1, payload });
    for (const step of [stream.length, 65536, 100_001]) {
      let length = 0;
      let last = -1;
      const protocol = new Protocol(kernel, OPTIONS, {
        payload: (begin, end) => {
          length += end - begin;
          last = kernel.bytes[end - 1]!;
        },
        ...NEVER,
      });
      for (let at = 0; at < stream.length; at += step)
        protocol.receive(stream.subarray(at, at + step));
      expect(length).toBe(payload.length + 1);
      expect(last).toBe(0x0a);
      expect(protocol.counts.incoming).toBe(1);
      protocol.release();
    }
  });

  test("10.4 a byte more than the limit is refused on its header", () => {
    using peer = new Peer({ messageSizeMax: 100 });
    peer.feed(frame({ opcode: 0x1, payload: "a".repeat(100) }));
    expect(peer.end).toBe("");
    peer.feed(frame({ opcode: 0x1, payload: "a".repeat(101) }).subarray(0, 6));
    expect(peer.end).toBe("failed message-too-big");
    expect(FRAME_VIOLATIONS.find((row) => row?.name === "message-too-big")?.closeCode).toBe(1009);
    expect(peer.sent[0]).toStartWith("88");
    expect(peer.sent[0]!.slice(4, 8)).toBe("03f1");
  });

  test("10.4 a limit above 32 bits is kept whole", () => {
    using peer = new Peer({ messageSizeMax: 2 ** 33 });
    peer.feed(fromHex("82ff 0000000200000000 00000000 61"));
    expect(peer.end).toBe("");
    using other = new Peer({ messageSizeMax: 2 ** 33 });
    other.feed(fromHex("82ff 0000000200000001 00000000 61"));
    expect(other.end).toBe("failed message-too-big");
  });

  test("10.4 without a limit", () => {
    using peer = new Peer({ messageSizeMax: 0 });
    peer.feed(fromHex("82ff 0000100000000000 00000000 6162"));
    expect(peer.end).toBe("");
    expect(peer.payloadHex).toBe("6162");
  });
});

describe("a chunk that the kernel takes in pieces", () => {
  const rest = concat([
    frame({ opcode: 0x2, payload: new Uint8Array(600_000) }),
    frame({ opcode: 0x1, payload: "late" }),
  ]);

  test("5.5.1 nothing of it is read after a Close", () => {
    using peer = new Peer();
    peer.feed(concat([fromHex(`${HELLO} 8882 00000000 03e8`), rest]));
    expect(peer.end).toBe("closed 1000");
    expect(peer.payloadHex).toBe(HELLO_LINE);
  });

  test("7.1.7 nothing of it is read after a violation", () => {
    using peer = new Peer();
    peer.feed(concat([fromHex(`${HELLO} 8100`), rest]));
    expect(peer.end).toBe("failed unmasked");
    expect(peer.payloadHex).toBe(HELLO_LINE);
  });
});

describe("the counts of messages", () => {
  test("incoming: whole messages, of any kind, not control frames", () => {
    using peer = new Peer();
    peer.feed(fromHex(`${HELLO} 8280 00000000 8980 00000000 0181 00000000 61`));
    expect(peer.protocol.counts).toMatchObject({ incoming: 2, outgoing: 0 });
    peer.feed(fromHex("8080 00000000"));
    expect(peer.protocol.counts).toMatchObject({ incoming: 3, outgoing: 0 });
  });
});

describe("the kernel's memory", () => {
  test("a state record is lent for as long as the protocol lives", () => {
    const before = kernel.states.used;
    const peer = new Peer();
    expect(kernel.states.used).toBe(before + 1);
    peer[Symbol.dispose]();
    expect(kernel.states.used).toBe(before);
  });

  test("a record is clean whatever its last borrower left", () => {
    const dirty = new Peer({ messageSizeMax: 5 });
    dirty.feed(fromHex("0181 00000000 61 8185"));
    dirty[Symbol.dispose]();
    using peer = new Peer();
    peer.feed(fromHex(HELLO));
    expect(peer.payloadHex).toBe(HELLO_LINE);
    expect(peer.protocol.counts).toMatchObject({ incoming: 1, outgoing: 0 });
  });

  test("when none is left the constructor throws, and nothing is lent", () => {
    const peers: Peer[] = [];
    while (kernel.states.used < kernel.states.count) peers.push(new Peer());
    expect(() => new Peer()).toThrow(RangeError);
    for (const peer of peers) peer[Symbol.dispose]();
  });

  test("two connections do not disturb each other", () => {
    using one = new Peer();
    using other = new Peer();
    const stream = fromHex(`0183 37fa213d 7f9f4d 8082 37fa213d 5b95 ${HELLO}`);
    for (const byte of stream) {
      one.feed(Uint8Array.of(byte));
      other.feed(Uint8Array.of(byte));
    }
    expect(one.payloadHex).toBe(HELLO_LINE + HELLO_LINE);
    expect(other.payloadHex).toBe(HELLO_LINE + HELLO_LINE);
  });
});
