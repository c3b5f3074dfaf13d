// RFC 6455 5.1-5.5: client frames in hex that break a rule, and which of several broken ones is told.

import { OUTCOME } from "../support/plain-decoder.ts";
import type { Vector } from "./vectors.ts";

/** A message, then what breaks the rule, then what must be ignored. */
function violation(
  name: string,
  hex: string,
  outcome: number,
  options: Vector["options"] = {},
): Vector {
  return {
    name,
    hex: `8181 37fa213d 16 ${hex} 8181 00000000 2e 8900`,
    output: "21 0a",
    messages: 1,
    outcome,
    options,
  };
}

const OPEN = "0181 00000000 61";

/** The same with a message open. */
function violationInMessage(...row: Parameters<typeof violation>): Vector {
  const vector = violation(row[0], `${OPEN} ${row[1]}`, row[2], row[3]);
  return { ...vector, output: "21 0a 61" };
}

const RESERVED_OPCODES = [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf];

export const VIOLATIONS: readonly Vector[] = [
  violation(
    "5.1 unmasked: 5.7, a single-frame unmasked text message",
    "8105 48656c6c6f",
    OUTCOME.UNMASKED,
  ),
  violation("5.1 unmasked: empty", "8200", OUTCOME.UNMASKED),
  violation("5.1 unmasked: an unmasked Ping", "8905 48656c6c6f", OUTCOME.UNMASKED),
  violationInMessage("5.1 unmasked: continuation", "8002 6c6f", OUTCOME.UNMASKED),
  ...["c1", "a1", "91", "f1", "c9", "40"].map((first) =>
    violation(`5.2 reserved bits: ${first}`, `${first}80 00000000`, OUTCOME.RESERVED_BITS),
  ),
  violationInMessage("5.2 reserved bits in a continuation", "c080 00000000", OUTCOME.RESERVED_BITS),
  ...RESERVED_OPCODES.map((opcode) =>
    violation(
      `5.2 reserved opcode ${opcode}`,
      `8${opcode.toString(16)}80 00000000`,
      OUTCOME.RESERVED_OPCODE,
    ),
  ),
  violationInMessage("5.2 reserved opcode in a message", "8380 00000000", OUTCOME.RESERVED_OPCODE),
  violation("5.2 16 bits for 125", "82fe 007d 00000000", OUTCOME.LENGTH_NOT_MINIMAL),
  violation(
    "5.2 16 bits for 125, the frame whole",
    `82fe 007d 00000000 ${"61".repeat(125)}`,
    OUTCOME.LENGTH_NOT_MINIMAL,
  ),
  violation("5.2 16 bits for 0", "81fe 0000 00000000", OUTCOME.LENGTH_NOT_MINIMAL),
  violation("5.2 64 bits for 65535", "82ff 000000000000ffff 00000000", OUTCOME.LENGTH_NOT_MINIMAL),
  violation("5.2 64 bits for 1", "82ff 0000000000000001 00000000 61", OUTCOME.LENGTH_NOT_MINIMAL),
  violation(
    "5.2 length with its top bit",
    "82ff 8000000000010000 00000000",
    OUTCOME.LENGTH_TOP_BIT,
  ),
  violation(
    "5.2 length with its top bit and no more",
    "82ff 8000000000000000 00000000",
    OUTCOME.LENGTH_TOP_BIT,
  ),
  violation("5.4 continuation of nothing", "8081 00000000 61", OUTCOME.UNEXPECTED_CONTINUATION),
  violation(
    "5.4 continuation of nothing, more to come",
    "0080 00000000",
    OUTCOME.UNEXPECTED_CONTINUATION,
  ),
  {
    ...violation(
      "5.4 continuation after a message in fragments",
      "0180 00000000 8080 00000000 8080 00000000",
      OUTCOME.UNEXPECTED_CONTINUATION,
    ),
    output: "21 0a 0a",
    messages: 2,
  },
  violationInMessage("5.4 text in a message", "8181 00000000 62", OUTCOME.EXPECTED_CONTINUATION),
  violationInMessage("5.4 binary in a message", "0280 00000000", OUTCOME.EXPECTED_CONTINUATION),
  ...["08", "09", "0a"].map((first) =>
    violation(
      `5.5 control frame without FIN: ${first}`,
      `${first}80 00000000`,
      OUTCOME.CONTROL_FRAGMENTED,
    ),
  ),
  violation("5.5 control frame of 126 bytes", "89fe 007e 00000000", OUTCOME.CONTROL_TOO_LONG),
  violation(
    "5.5 control frame with 64 bits of length",
    "88ff 0000000000000002 00000000",
    OUTCOME.CONTROL_TOO_LONG,
  ),
  violation("order: reserved bits before the opcode", "d300", OUTCOME.RESERVED_BITS),
  violation("order: opcode before FIN and mask", "0b7f", OUTCOME.RESERVED_OPCODE),
  violation("order: FIN before mask", "097e", OUTCOME.CONTROL_FRAGMENTED),
  violation("order: mask before a control frame's length", "897e", OUTCOME.UNMASKED),
  violation("order: continuation before mask", "8001", OUTCOME.UNEXPECTED_CONTINUATION),
  violationInMessage(
    "order: expected continuation before mask",
    "8101",
    OUTCOME.EXPECTED_CONTINUATION,
  ),
  violation("order: top bit before size", "82ff ffffffffffffffff 00000000", OUTCOME.LENGTH_TOP_BIT),
  violation("order: minimal before size", "82fe 007d 00000000", OUTCOME.LENGTH_NOT_MINIMAL, {
    messageSizeMax: 9,
  }),
  violation("10.4 message too big by its header", "8285 00000000", OUTCOME.MESSAGE_TOO_BIG, {
    messageSizeMax: 4,
  }),
  violation(
    "10.4 message too big, 63 bits",
    "82ff 7fffffffffffffff 00000000",
    OUTCOME.MESSAGE_TOO_BIG,
  ),
  violation(
    "10.4 message too big, 33 bits",
    "82ff 0000000100000001 00000000",
    OUTCOME.MESSAGE_TOO_BIG,
  ),
  violationInMessage(
    "10.4 message too big by its second frame",
    "8084 00000000",
    OUTCOME.MESSAGE_TOO_BIG,
    {
      messageSizeMax: 4,
    },
  ),
  violationInMessage(
    "10.4 a fragment too many, the last",
    "0080 00000000 0080 00000000 8081 00000000",
    OUTCOME.TOO_MANY_FRAGMENTS,
    { fragmentsMax: 3 },
  ),
  violation("10.4 the first fragment is too many", "0180 00000000", OUTCOME.TOO_MANY_FRAGMENTS, {
    fragmentsMax: 0,
  }),
  violationInMessage(
    "10.4 an empty fragment too many",
    "0080 00000000 0080 00000000 0080 00000000",
    OUTCOME.TOO_MANY_EMPTY_FRAGMENTS,
  ),
  violationInMessage("order: size before fragments", "8085 00000000", OUTCOME.MESSAGE_TOO_BIG, {
    messageSizeMax: 4,
    fragmentsMax: 1,
  }),
  violationInMessage(
    "order: fragments before empty ones",
    "8080 00000000",
    OUTCOME.TOO_MANY_FRAGMENTS,
    {
      fragmentsMax: 1,
      fragmentsEmptyMax: 0,
    },
  ),
];
