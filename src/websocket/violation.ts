// The ways in which a peer can break the protocol, each with the close code it earns: one table.

import {
  CLOSE_INTERNAL_ERROR,
  CLOSE_INVALID_PAYLOAD,
  CLOSE_MESSAGE_TOO_BIG,
  CLOSE_POLICY_VIOLATION,
  CLOSE_PROTOCOL_ERROR,
} from "./close-code.ts";

export interface Violation {
  readonly name: string;
  readonly closeCode: number;
  /** The section of RFC 6455 that is broken, or the bound of ours. */
  readonly section: string;
  /** What the peer is told as the reason in the Close frame. */
  readonly text: string;
  /** It is not the peer's: the program wrote what cannot be sent. */
  readonly isOfProgram?: boolean;
}

function row(name: string, closeCode: number, section: string, text: string): Violation {
  return { name, closeCode, section, text };
}

export const MESSAGE_TOO_BIG = row(
  "message-too-big",
  CLOSE_MESSAGE_TOO_BIG,
  "10.4",
  "the message is over the limit (--maxframesize)",
);
export const INVALID_UTF8 = row(
  "invalid-utf8",
  CLOSE_INVALID_PAYLOAD,
  "8.1",
  "a text message is not UTF-8",
);

/** By the outcome of the kernel's `unframe`; 0 and 1 are no violations. In the order of kernel/assembly/layout.ts. */
export const FRAME_VIOLATIONS: readonly (Violation | undefined)[] = [
  undefined,
  undefined,
  row(
    "reserved-bits",
    CLOSE_PROTOCOL_ERROR,
    "5.2",
    "a reserved bit is set and no extension was agreed on",
  ),
  row("reserved-opcode", CLOSE_PROTOCOL_ERROR, "5.2", "the opcode is reserved"),
  row("control-fragmented", CLOSE_PROTOCOL_ERROR, "5.5", "a control frame is fragmented"),
  row("unexpected-continuation", CLOSE_PROTOCOL_ERROR, "5.4", "a continuation without a message"),
  row(
    "expected-continuation",
    CLOSE_PROTOCOL_ERROR,
    "5.4",
    "a new message inside a fragmented one",
  ),
  row("unmasked", CLOSE_PROTOCOL_ERROR, "5.1", "a frame from a client must be masked"),
  row("control-too-long", CLOSE_PROTOCOL_ERROR, "5.5", "a control frame is longer than 125 bytes"),
  row("length-top-bit", CLOSE_PROTOCOL_ERROR, "5.2", "the top bit of a 64-bit length is set"),
  row("length-not-minimal", CLOSE_PROTOCOL_ERROR, "5.2", "a length is not in its shortest form"),
  MESSAGE_TOO_BIG,
  row("too-many-fragments", CLOSE_POLICY_VIOLATION, "10.4", "the message has too many fragments"),
  row(
    "too-many-empty-fragments",
    CLOSE_POLICY_VIOLATION,
    "10.4",
    "the message has too many empty fragments",
  ),
  INVALID_UTF8,
];

export const CLOSE_BODY_TOO_SHORT = row(
  "close-body-too-short",
  CLOSE_PROTOCOL_ERROR,
  "5.5.1",
  "a Close body of one byte",
);
export const CLOSE_CODE_ILLEGAL = row(
  "close-code-illegal",
  CLOSE_PROTOCOL_ERROR,
  "7.4",
  "a close code that must not be sent",
);
export const CLOSE_REASON_INVALID_UTF8 = row(
  "close-reason-invalid-utf8",
  CLOSE_INVALID_PAYLOAD,
  "5.5.1",
  "a close reason is not UTF-8",
);
export const OUTPUT_INVALID_UTF8: Violation = {
  ...row(
    "output-invalid-utf8",
    CLOSE_INTERNAL_ERROR,
    "5.6",
    "the program wrote text that is not UTF-8",
  ),
  isOfProgram: true,
};
export const OUTPUT_BROKEN: Violation = {
  ...row("output-broken", CLOSE_INTERNAL_ERROR, "--framing", "the program broke its framing"),
  isOfProgram: true,
};
export const DEFLATE_CORRUPT = row(
  "deflate-corrupt",
  CLOSE_INVALID_PAYLOAD,
  "7692 7.2.2",
  "a compressed message is not deflate",
);
export const TOO_MANY_FINAL_BLOCKS = row(
  "too-many-final-blocks",
  CLOSE_POLICY_VIOLATION,
  "7692 7.2.3.4",
  "a compressed message has too many final blocks",
);
