// RFC 6455 5.5: the control frames that a server sends.

import { describe, expect, test } from "bun:test";
import { closeFrame, CONTROL_PAYLOAD_MAX, controlFrame } from "../../src/websocket/frame.ts";
import { fromHex } from "../support/frames.ts";

/** What is left of a Close's 125 bytes for its reason. */
const REASON_MAX = 123;

function reasonOf(frame: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(frame.subarray(4));
}

describe("5.5 control frames", () => {
  test("5.7 an unmasked Pong of Hello", () => {
    const frame = controlFrame(0xa, new TextEncoder().encode("Hello"));
    expect(frame.toHex()).toBe("8a0548656c6c6f");
  });

  test("an empty Ping", () => {
    expect(controlFrame(0x9, new Uint8Array(0)).toHex()).toBe("8900");
  });

  test("125 bytes, the most there may be", () => {
    const payload = new Uint8Array(CONTROL_PAYLOAD_MAX).fill(0xab);
    expect(controlFrame(0x9, payload).toHex()).toBe("897d" + "ab".repeat(125));
  });

  test("the payload is copied", () => {
    const payload = fromHex("01");
    const frame = controlFrame(0xa, payload);
    payload[0] = 2;
    expect(frame.toHex()).toBe("8a0101");
  });
});

describe("5.5.1 Close", () => {
  test("without a code its body is empty", () => {
    expect(closeFrame(undefined).toHex()).toBe("8800");
    expect(closeFrame(undefined, "a reason needs a code").toHex()).toBe("8800");
  });

  test("the code is in network byte order", () => {
    expect(closeFrame(1000).toHex()).toBe("880203e8");
    expect(closeFrame(4999).toHex()).toBe("88021387");
  });

  test("the reason follows the code in UTF-8", () => {
    expect(closeFrame(1000, "bye").toHex()).toBe("880503e8627965");
    expect(closeFrame(1011, "é€😀").toHex()).toBe("880b03f3c3a9e282acf09f9880");
  });

  test("a reason of 123 bytes fits", () => {
    const frame = closeFrame(1000, "r".repeat(REASON_MAX));
    expect(frame.length).toBe(2 + CONTROL_PAYLOAD_MAX);
    expect(frame[1]).toBe(CONTROL_PAYLOAD_MAX);
    expect(reasonOf(frame)).toBe("r".repeat(REASON_MAX));
  });

  test("a longer one is cut at 123 bytes", () => {
    expect(reasonOf(closeFrame(1000, "r".repeat(500)))).toBe("r".repeat(REASON_MAX));
  });

  for (const character of ["é", "€", "😀"]) {
    const size = Buffer.byteLength(character);
    for (let before = 0; before < size; before++) {
      test(`it is cut between characters: ${character} behind ${before} letters`, () => {
        const reason = "a".repeat(before) + character.repeat(100);
        const frame = closeFrame(1000, reason);
        const whole = Math.floor((REASON_MAX - before) / size);
        expect(reasonOf(frame)).toBe("a".repeat(before) + character.repeat(whole));
        expect(frame[1]).toBe(frame.length - 2);
      });
    }
  }
});
