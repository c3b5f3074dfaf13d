// RFC 6455 5.2: messages of 16 MiB, where the limit allows them: whole, in fragments, compressed, each by its type.

import { expect, setDefaultTimeout, test } from "bun:test";
import { constants, inflateRawSync } from "node:zlib";
import { deflated } from "../support/deflated.ts";
import { concat, frame } from "../support/frames.ts";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const SIZE = 16 * 1024 * 1024;
const payload = new Uint8Array(SIZE).map((_, i) => (i ^ (i >> 8)) & 0xff);
const compressed = deflated(payload);

/** The payload in frames of 100,000 bytes. */
function fragments(content: Uint8Array, reserved: number): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 100_000) {
    const fin = at + 100_000 >= content.length;
    const piece = content.subarray(at, at + 100_000);
    const isFirst = at === 0;
    frames.push(
      frame({ opcode: isFirst ? 2 : 0, reserved: isFirst ? reserved : 0, fin, payload: piece }),
    );
  }
  return concat(frames);
}

interface Way {
  readonly stream: () => Uint8Array;
  readonly isDeflated: boolean;
}

const WAYS: Readonly<Record<string, Way>> = {
  whole: { stream: () => frame({ opcode: 2, payload }), isDeflated: false },
  "in fragments": { stream: () => fragments(payload, 0), isDeflated: false },
  compressed: {
    stream: () => frame({ opcode: 2, reserved: 4, payload: compressed }),
    isDeflated: true,
  },
  "compressed, in fragments": { stream: () => fragments(compressed, 4), isDeflated: true },
};

/** RFC 7692 7.2.2. */
function inflate(content: Uint8Array): Buffer {
  const whole = Buffer.concat([content, Uint8Array.of(0x00, 0x00, 0xff, 0xff)]);
  return inflateRawSync(whole, { finishFlush: constants.Z_SYNC_FLUSH });
}

for (const [name, { stream, isDeflated }] of Object.entries(WAYS)) {
  test(`16 MiB, ${name}`, async () => {
    const options = ["--framing=length", "--maxframesize=16M", "--compress"];
    await using server = await startServer([...options, "cat"]);
    const fields = isDeflated ? ["Sec-WebSocket-Extensions: permessage-deflate"] : [];
    using client = await RawClient.open(server, { fields });
    client.write(stream());
    const content = await client.message();
    expect(Buffer.compare(isDeflated ? inflate(content) : content, payload)).toBe(0);
    client.close(1000);
    expect((await client.farewell()).code).toBe(1000);
  });
}
