// permessage-deflate: messages of JSON through the protocol, in and out, beside the same messages as they are.

import { constants, createDeflateRaw } from "node:zlib";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { DeflatePool } from "../../src/websocket/deflate-pool.ts";
import { PermessageDeflate } from "../../src/websocket/permessage-deflate.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import type { ProtocolHandler } from "../../src/websocket/protocol-handler.ts";
import { deflated } from "../../test/support/deflated.ts";
import { concat, frame } from "../../test/support/frames.ts";
import { report } from "./report.ts";

const SIZES = [64, 256, 1024, 4096, 60_000];
/** Messages in a chunk. */
const COUNT = 8;

const kernel = createKernel({ slabBytes: 64 * SLAB_SIZE, sessionsMax: 64 });
const pool = new DeflatePool(kernel, { messageSizeMax: 0 });
const SINK: ProtocolHandler = {
  payload() {},
  transmit() {},
  transmitFrames() {},
  closed() {},
  failed: ({ text }) => {
    throw new Error(text);
  },
  outOfMemory() {},
};

function open(mode: "off" | "on" | "takeover"): Protocol {
  const alone = mode === "on";
  const parameters = {
    serverNoContextTakeover: alone,
    clientNoContextTakeover: alone,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
  };
  const extension =
    mode === "off" ? null : new PermessageDeflate(kernel, { parameters, pool, sizeMin: 0 });
  const limits = { messageSizeMax: 0, fragmentsMax: 100, fragmentsEmptyMax: 100 };
  return new Protocol(kernel, { limits, framing: "lines", extension }, SINK);
}

function json(size: number): Uint8Array {
  const rows = Array.from({ length: 1 + size / 40 }, (_, i) => ({
    id: i * 7919,
    name: `name-${(i * 31) % 97}`,
    price: (i * 1.37).toFixed(2),
  }));
  return new TextEncoder().encode(JSON.stringify(rows).slice(0, size));
}

export async function benchDeflate(): Promise<void> {
  for (const size of SIZES) {
    const message = json(size);
    const payload = deflated(message);
    const plain = concat(
      Array.from({ length: COUNT }, () => frame({ opcode: 1, payload: message })),
    );
    const marked = concat(
      Array.from({ length: COUNT }, () => frame({ opcode: 1, reserved: 4, payload })),
    );
    const lines = concat(Array.from({ length: COUNT }, () => Buffer.from([...message, 0x0a])));
    for (const mode of ["off", "on", "takeover"] as const) {
      const protocol = open(mode);
      const chunk = mode === "off" ? plain : marked;
      const name = `${size} B${mode === "off" ? "" : ` (${payload.length} deflated)`}, --compress=${mode}`;
      const job = { bytes: COUNT * size, frames: COUNT };
      await report({ ...job, name: `in, ${name}`, run: () => protocol.receive(chunk) });
      await report({
        ...job,
        name: `out, ${name}`,
        run() {
          kernel.bytes.set(lines, kernel.outgoing);
          protocol.send(kernel.outgoing, kernel.outgoing + lines.length);
        },
      });
      protocol.release();
    }
  }
  reportContexts();
}

/** What a client costs that keeps its contexts: resident memory of 100 deflaters and inflaters after their first use. */
function reportContexts(): void {
  const before = process.memoryUsage.rss();
  const kept = Array.from({ length: 100 }, () => createDeflateRaw({ chunkSize: 64 }));
  const text = json(4096);
  const room = new Uint8Array(8192);
  for (const stream of kept) {
    const { _handle: handle } = stream as unknown as { _handle: { writeSync: Function } };
    handle.writeSync(constants.Z_SYNC_FLUSH, text, 0, text.length, room, 0, room.length);
  }
  const each = (process.memoryUsage.rss() - before) / kept.length / 1024;
  console.log(`a deflate context: ${each.toFixed(0)} KiB`);
}
