// Compression where the handle inside of node:zlib is missing: whole messages, no contexts, the same bytes and bounds.

import { describe, expect, test } from "bun:test";
import { constants, inflateRawSync } from "node:zlib";
import { DeflatePool } from "../../src/websocket/deflate-pool.ts";
import { PermessageDeflate } from "../../src/websocket/permessage-deflate.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import { ByteList } from "../support/byte-list.ts";
import { deflated } from "../support/deflated.ts";
import { concat, frame } from "../support/frames.ts";
import { kernel, LIMITS, NEVER } from "./peer.ts";

const PARAMETERS = { serverNoContextTakeover: true, clientNoContextTakeover: true };
const WINDOWS = { serverMaxWindowBits: 8, clientMaxWindowBits: 15 };

/** A protocol over the fallback, what it gave and what it ended with. */
function open() {
  const pool = new DeflatePool(kernel, { messageSizeMax: LIMITS.messageSizeMax, streams: false });
  expect(pool.hasContext).toBe(false);
  const parameters = { ...PARAMETERS, ...WINDOWS };
  const extension = new PermessageDeflate(kernel, { parameters, pool, sizeMin: 0 });
  const seen = { payload: new ByteList(), frames: new ByteList(), failed: "" };
  const protocol = new Protocol(
    kernel,
    { limits: LIMITS, framing: "lines", extension },
    {
      ...NEVER,
      payload: (begin, end) => seen.payload.append(kernel.bytes.subarray(begin, end)),
      transmitFrames: (begin, end) => seen.frames.append(kernel.bytes.subarray(begin, end)),
      transmit() {},
      failed: ({ name }) => (seen.failed = name),
    },
  );
  return { protocol, seen };
}

/** A compressed message in three fragments. */
function compressed(content: Uint8Array): Uint8Array {
  const payload = deflated(content);
  const cuts = [0, payload.length >> 2, payload.length >> 1, payload.length];
  return concat(
    [0, 1, 2].map((i) =>
      frame({
        opcode: i === 0 ? 1 : 0,
        reserved: i === 0 ? 4 : 0,
        payload: payload.subarray(cuts[i]!, cuts[i + 1]!),
        fin: i === 2,
      }),
    ),
  );
}

describe("without the handle", () => {
  test("messages come back as they were, larger ones than a buffer too", () => {
    const { protocol, seen } = open();
    const contents = ["Hello", "", "x".repeat(500_000)].map((text) => Buffer.from(text));
    for (const content of contents) protocol.receive(compressed(content));
    const lines = contents.map((content) => Buffer.concat([content, Buffer.from("\n")]));
    expect(Buffer.from(seen.payload.view()).equals(Buffer.concat(lines))).toBe(true);
    protocol.release();
  });

  test("10.4 the limit is that of the inflated message", () => {
    const { protocol, seen } = open();
    protocol.receive(compressed(new Uint8Array(LIMITS.messageSizeMax + 1)));
    expect(seen.failed).toBe("message-too-big");
    protocol.release();
  });

  test("7692 7.2.2 what is not deflate is told", () => {
    const { protocol, seen } = open();
    protocol.receive(frame({ opcode: 1, reserved: 4, payload: Uint8Array.of(255, 255, 255) }));
    expect(seen.failed).toBe("deflate-corrupt");
    protocol.release();
  });

  test("frames go out deflated, and inflate to the line", () => {
    const { protocol, seen } = open();
    const line = Buffer.from(`${"a line ".repeat(20)}\n`);
    kernel.bytes.set(line, kernel.outgoing);
    protocol.send(kernel.outgoing, kernel.outgoing + line.length);
    const frames = seen.frames.view();
    expect(frames[0]).toBe(0xc1);
    const payload = Buffer.concat([frames.subarray(2), Uint8Array.of(0, 0, 255, 255)]);
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    expect(inflateRawSync(payload, options).toString()).toBe(line.toString().trim() + " ");
    protocol.release();
  });
});
