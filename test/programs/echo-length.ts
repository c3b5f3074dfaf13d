// A service for --framing=length: reads each message, its type and its bounds, and writes it back as it came.

import { stdin, stdout, write } from "bun";

const BINARY = 0x80000000;
const PREFIX_SIZE = 4;

let rest: Buffer = Buffer.alloc(0);
for await (const chunk of stdin.stream()) {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length >= PREFIX_SIZE) {
    const prefix = rest.readUInt32BE(0);
    const end = PREFIX_SIZE + (prefix & ~BINARY);
    if (rest.length < end) break;
    await write(stdout, rest.subarray(0, end));
    rest = rest.subarray(end);
  }
}
