// RFC 6455 7.1.7: each way to break the protocol, its close code, and that nothing behind it is read.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { CONTROL_PAYLOAD_MAX, closeFrame } from "../../src/websocket/frame.ts";
import {
  CLOSE_BODY_TOO_SHORT,
  CLOSE_CODE_ILLEGAL,
  CLOSE_REASON_INVALID_UTF8,
  FRAME_VIOLATIONS,
} from "../../src/websocket/violation.ts";
import { VECTORS, type Vector } from "../kernel/vectors.ts";
import { fromHex, toHex } from "../support/frames.ts";
import { OUTCOME } from "../support/plain-decoder.ts";
import { everySplit } from "../support/splits.ts";
import { kernel, Peer } from "./peer.ts";

// A second or less each; a machine that is busy with other things may take its time.
setDefaultTimeout(60_000);

/** The kernel's outcomes by name with the close code that each earns: 7.4.1. */
const CLOSE_CODES: Readonly<Record<string, number>> = {
  "reserved-bits": 1002,
  "reserved-opcode": 1002,
  "control-fragmented": 1002,
  "unexpected-continuation": 1002,
  "expected-continuation": 1002,
  unmasked: 1002,
  "control-too-long": 1002,
  "length-top-bit": 1002,
  "length-not-minimal": 1002,
  "message-too-big": 1009,
  "too-many-fragments": 1008,
  "too-many-empty-fragments": 1008,
  "invalid-utf8": 1007,
};
const LINE_FEED = 0x0a;

afterEach(() => {
  expect(kernel.states.used).toBe(0);
  expect(kernel.slabs.used).toBe(0);
});

describe("the table", () => {
  test("has the kernel's outcomes in their order", () => {
    for (const [key, outcome] of Object.entries(OUTCOME)) {
      const name = key.toLowerCase().replaceAll("_", "-");
      if (outcome > OUTCOME.CONTROL_FRAME) expect(FRAME_VIOLATIONS[outcome]?.name).toBe(name);
      else expect(FRAME_VIOLATIONS[outcome]).toBeUndefined();
    }
    expect(FRAME_VIOLATIONS.length).toBe(Object.keys(OUTCOME).length);
  });

  test("has the close codes of 7.4.1", () => {
    const rows = FRAME_VIOLATIONS.filter((row) => row !== undefined);
    expect(Object.fromEntries(rows.map((row) => [row.name, row.closeCode]))).toEqual(CLOSE_CODES);
    expect(CLOSE_BODY_TOO_SHORT.closeCode).toBe(1002);
    expect(CLOSE_CODE_ILLEGAL.closeCode).toBe(1002);
    expect(CLOSE_REASON_INVALID_UTF8.closeCode).toBe(1007);
  });

  test("5.5 each text fits a Close frame whole", () => {
    const rows = [...FRAME_VIOLATIONS, CLOSE_BODY_TOO_SHORT, CLOSE_CODE_ILLEGAL];
    for (const row of [...rows, CLOSE_REASON_INVALID_UTF8]) {
      if (row === undefined) continue;
      expect(Buffer.byteLength(row.text)).toBeLessThanOrEqual(CONTROL_PAYLOAD_MAX - 2);
    }
  });
});

/** What the vector's stream must come to, at every split. */
function expectViolation(vector: Vector, cuts: readonly number[]): void {
  const row = FRAME_VIOLATIONS[vector.outcome!]!;
  using peer = new Peer(vector.options);
  peer.feed(fromHex(vector.hex), cuts);
  const told = `${vector.name}, cut at [${cuts}]`;
  expect(peer.end, told).toBe(`failed ${row.name}`);
  expect(peer.sent.at(-1), told).toBe(closeFrame(row.closeCode, row.text).toHex());
  expect(peer.protocol.counts.incoming, told).toBe(vector.messages ?? 0);
  const output = (vector.output ?? "").replaceAll(" ", "");
  // Of text that is not UTF-8, what came before the fault may have been passed on or not.
  if (row.name === "invalid-utf8") expect(output.startsWith(peer.payloadHex), told).toBe(true);
  else expect(peer.payloadHex, told).toBe(output);
}

describe("7.1.7 fail the connection", () => {
  const broken = VECTORS.filter((vector) => (vector.outcome ?? 0) > OUTCOME.CONTROL_FRAME);
  for (const vector of broken) {
    if ((vector.options?.delimiter ?? LINE_FEED) !== LINE_FEED) continue;
    test(vector.name, () => {
      for (const cuts of everySplit(fromHex(vector.hex).length)) expectViolation(vector, cuts);
    });
  }

  test("nothing is read after it, not even a Close or a Ping", () => {
    using peer = new Peer();
    peer.feed(fromHex("8100"));
    peer.feed(fromHex("8981 00000000 61"));
    peer.feed(fromHex("8882 00000000 03e8"));
    peer.feed(fromHex("8181 00000000 61"));
    expect(peer.sent.length).toBe(1);
    expect(peer.payloadHex).toBe("");
  });

  test("a Ping before it in the same chunk is not answered: the Close is the last word", () => {
    using peer = new Peer();
    peer.feed(fromHex("8981 00000000 61 8100"));
    expect(peer.sent.map((frame) => frame.slice(0, 2))).toEqual(["88"]);
  });

  test("after our Close it is told to nobody, but ends the connection", () => {
    using peer = new Peer();
    peer.protocol.close(1001, "");
    peer.feed(fromHex("8100"));
    expect(peer.sent).toEqual(["880203e9"]);
    expect(peer.end).toBe("failed unmasked");
  });
});

describe("5.6 what need not fail", () => {
  const legal = VECTORS.filter((vector) => (vector.outcome ?? OUTCOME.MORE) === OUTCOME.MORE);
  for (const vector of legal) {
    if ((vector.options?.delimiter ?? LINE_FEED) !== LINE_FEED) continue;
    if (vector.controls?.some((control) => control.startsWith("8"))) continue;
    test(vector.name, () => {
      for (const cuts of everySplit(fromHex(vector.hex).length)) {
        using peer = new Peer(vector.options);
        peer.feed(fromHex(vector.hex), cuts);
        expect(peer.end).toBe("");
        expect(peer.payloadHex).toBe(toHex(fromHex(vector.output ?? "")));
        expect(peer.protocol.counts.incoming).toBe(vector.messages ?? 0);
      }
    });
  }
});
