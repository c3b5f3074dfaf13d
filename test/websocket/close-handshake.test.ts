// RFC 6455 5.5.1, 7.1: the closing handshake in each order, at every split.

import { afterEach, describe, expect, test } from "bun:test";
import { isCloseCodeLegal } from "../../src/websocket/close-code.ts";
import { closeFrame } from "../../src/websocket/frame.ts";
import { frame, fromHex } from "../support/frames.ts";
import { everySplit } from "../support/splits.ts";
import { kernel, Peer } from "./peer.ts";

const HELLO = "8185 37fa213d 7f9f4d5158";
const HELLO_LINE = "48656c6c6f0a";
const CLOSE_1000 = "8882 00000000 03e8";

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

interface Wanted {
  readonly sent: readonly string[];
  readonly end: string;
  readonly payload?: string;
}

/** Feeds the stream at every split to a peer that `before` has seen, and compares. */
function expectAtEverySplit(
  stream: Uint8Array,
  wanted: Wanted,
  before: (peer: Peer) => void = () => {},
): void {
  for (const cuts of everySplit(stream.length)) {
    using peer = new Peer();
    before(peer);
    peer.feed(stream, cuts);
    expect(peer.sent).toEqual([...wanted.sent]);
    expect(peer.end).toBe(wanted.end);
    expect(peer.payloadHex).toBe(wanted.payload ?? "");
    expect(peer.protocol.state).toBe("CLOSED");
  }
}

function closeBody(code: number, reason: string | Uint8Array = ""): Uint8Array {
  const text = typeof reason === "string" ? Buffer.from(reason) : reason;
  return Uint8Array.of(code >> 8, code & 0xff, ...text);
}

describe("5.5.1 the peer closes first", () => {
  test("its code is echoed, its reason is not", () => {
    const stream = frame({ opcode: 0x8, payload: closeBody(4001, "bye") });
    expectAtEverySplit(stream, { sent: ["88020fa1"], end: "closed 4001" });
  });

  test("no body is answered with no body", () => {
    expectAtEverySplit(fromHex("8880 37fa213d"), { sent: ["8800"], end: "closed" });
  });

  test("what came before it is delivered", () => {
    const stream = fromHex(`${HELLO} ${CLOSE_1000}`);
    expectAtEverySplit(stream, { sent: ["880203e8"], end: "closed 1000", payload: HELLO_LINE });
  });

  test("what comes behind it is not read: messages, Pings, a second Close, rubbish", () => {
    const rest = `${HELLO} 8981 00000000 61 8882 00000000 0fa1 ffffffff`;
    const wanted = { sent: ["880203e8"], end: "closed 1000", payload: HELLO_LINE };
    expectAtEverySplit(fromHex(`${HELLO} ${CLOSE_1000} ${rest}`), wanted);
  });

  test("in the middle of a fragmented message the begin of it is delivered", () => {
    const stream = fromHex(`0181 00000000 61 ${CLOSE_1000}`);
    expectAtEverySplit(stream, { sent: ["880203e8"], end: "closed 1000", payload: "61" });
  });

  test("5.5.2 a Ping before it in the same chunk is not answered", () => {
    using peer = new Peer();
    peer.feed(fromHex(`8981 00000000 61 ${CLOSE_1000}`));
    expect(peer.sent).toEqual(["880203e8"]);
  });

  test("we cannot close any more", () => {
    using peer = new Peer();
    peer.feed(fromHex(CLOSE_1000));
    peer.protocol.close(1001, "too late");
    expect(peer.sent).toEqual(["880203e8"]);
    expect(peer.protocol.state).toBe("CLOSED");
  });
});

describe("7.1.2 we close first", () => {
  const close = (peer: Peer) => peer.protocol.close(1001, "stopping");
  const ours = closeFrame(1001, "stopping").toHex();

  test("the peer's Close ends it and is not answered", () => {
    expectAtEverySplit(fromHex(CLOSE_1000), { sent: [ours], end: "closed 1000" }, close);
  });

  test("both at once: the peer's Close has another code, and is the one that is told", () => {
    const stream = frame({ opcode: 0x8, payload: closeBody(4002, "me too") });
    expectAtEverySplit(stream, { sent: [ours], end: "closed 4002" }, close);
  });

  test("a peer that answers with no body", () => {
    expectAtEverySplit(fromHex("8880 00000000"), { sent: [ours], end: "closed" }, close);
  });

  test("1.4 messages under way are delivered, until the peer's Close", () => {
    const stream = fromHex(`${HELLO} ${CLOSE_1000} ${HELLO}`);
    const wanted = { sent: [ours], end: "closed 1000", payload: HELLO_LINE };
    expectAtEverySplit(stream, wanted, close);
  });

  test("5.5.1 Pings are no more answered: our Close was our last frame", () => {
    using peer = new Peer();
    close(peer);
    peer.feed(fromHex("8981 00000000 61"));
    expect(peer.sent).toEqual([ours]);
    expect(peer.protocol.state).toBe("CLOSING");
  });

  test("a second close does nothing", () => {
    using peer = new Peer();
    close(peer);
    peer.protocol.close(1011, "again");
    expect(peer.sent).toEqual([ours]);
    expect(peer.protocol.state).toBe("CLOSING");
  });

  test("in the middle of a message that comes: the rest of it is delivered", () => {
    using peer = new Peer();
    peer.feed(fromHex("0181 00000000 61"));
    close(peer);
    peer.feed(fromHex(`8081 00000000 62 ${CLOSE_1000}`));
    expect(peer.payloadHex).toBe("61620a");
    expect(peer.end).toBe("closed 1000");
  });

  test("a long reason is cut to the frame", () => {
    using peer = new Peer();
    peer.protocol.close(1011, "€".repeat(100));
    expect(peer.sent).toEqual(["887d" + "03f3" + "e282ac".repeat(41)]);
  });

  test("7.1.7 a peer that breaks the protocol now gets no second Close", () => {
    expectAtEverySplit(fromHex("8100"), { sent: [ours], end: "failed unmasked" }, close);
  });
});

describe("5.5.1 the body", () => {
  const TOO_SHORT = closeFrame(1002, "a Close body of one byte").toHex();
  const ILLEGAL = closeFrame(1002, "a close code that must not be sent").toHex();
  const NOT_UTF8 = closeFrame(1007, "a close reason is not UTF-8").toHex();

  test("of one byte fails the connection", () => {
    const end = "failed close-body-too-short";
    expectAtEverySplit(fromHex("8881 00000000 03"), { sent: [TOO_SHORT], end });
  });

  test("7.4 every code from 0 to 5000 is taken or refused by the table", () => {
    for (let code = 0; code <= 5000; code++) {
      using peer = new Peer();
      peer.feed(frame({ opcode: 0x8, payload: closeBody(code, "why") }));
      const legal = isCloseCodeLegal(code);
      expect(peer.end).toBe(legal ? `closed ${code}` : "failed close-code-illegal");
      expect(peer.sent).toEqual([legal ? closeFrame(code).toHex() : ILLEGAL]);
    }
  });

  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535]) {
    test(`7.4 ${code} fails the connection`, () => {
      const stream = frame({ opcode: 0x8, payload: closeBody(code) });
      expectAtEverySplit(stream, { sent: [ILLEGAL], end: "failed close-code-illegal" });
    });
  }

  test("a reason of 123 bytes is taken", () => {
    const stream = frame({ opcode: 0x8, payload: closeBody(1000, "é".repeat(61) + "!") });
    expectAtEverySplit(stream, { sent: ["880203e8"], end: "closed 1000" });
  });

  const BROKEN: Readonly<Record<string, string>> = {
    "a byte that never is": "ff",
    "a lone continuation": "80",
    "an overlong slash": "c0af",
    "a surrogate": "eda080",
    "above 10ffff": "f4908080",
    "a character cut off at the end": "61e282",
  };
  for (const [name, reason] of Object.entries(BROKEN)) {
    test(`8.1 a reason that is not UTF-8: ${name}`, () => {
      const stream = frame({ opcode: 0x8, payload: closeBody(1000, fromHex(reason)) });
      expectAtEverySplit(stream, { sent: [NOT_UTF8], end: "failed close-reason-invalid-utf8" });
    });
  }

  test("an illegal code is told before a broken reason", () => {
    using peer = new Peer();
    peer.feed(frame({ opcode: 0x8, payload: closeBody(1005, fromHex("ff")) }));
    expect(peer.end).toBe("failed close-code-illegal");
  });

  test("the bytes of the body are copied out: the code survives the chunk", () => {
    const stream = frame({ opcode: 0x8, payload: closeBody(3456) });
    using peer = new Peer();
    peer.feed(stream);
    stream.fill(0);
    expect(peer.end).toBe("closed 3456");
  });
});

describe("7.1.7 release", () => {
  test("ends without a word, and nothing is read after it", () => {
    const peer = new Peer();
    peer.protocol.release();
    peer.feed(fromHex(HELLO));
    peer.protocol.close(1000, "");
    expect(peer.sent).toEqual([]);
    expect(peer.payloadHex).toBe("");
    expect(peer.protocol.state).toBe("CLOSED");
  });
});
