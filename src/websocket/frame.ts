// RFC 6455 5.2, 5.5: opcodes, and the control frames a server sends, built whole.

export const OPCODE_TEXT = 0x1;
export const OPCODE_BINARY = 0x2;
export const OPCODE_CLOSE = 0x8;
export const OPCODE_PING = 0x9;
export const OPCODE_PONG = 0xa;

/** In byte 0 of a frame. */
export const FIN = 0x80;
export const OPCODE_BITS = 0x0f;
/** 5.5: "All control frames MUST have a payload length of 125 bytes or less". */
export const CONTROL_PAYLOAD_MAX = 125;
const CLOSE_CODE_SIZE = 2;

/** A whole unmasked control frame. `payload` is at most CONTROL_PAYLOAD_MAX bytes, and is copied. */
export function controlFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + payload.length);
  frame[0] = FIN | opcode;
  frame[1] = payload.length;
  frame.set(payload, 2);
  return frame;
}

/** 5.5.1: a Close frame. Without a code its body is empty. A reason too long for the frame is cut between characters. */
export function closeFrame(code: number | undefined, reason = ""): Uint8Array {
  if (code === undefined) return controlFrame(OPCODE_CLOSE, new Uint8Array(0));
  if (reason === "") return controlFrame(OPCODE_CLOSE, Uint8Array.of(code >> 8, code));
  const body = new Uint8Array(CONTROL_PAYLOAD_MAX);
  body[0] = code >> 8;
  body[1] = code;
  const { written } = new TextEncoder().encodeInto(reason, body.subarray(CLOSE_CODE_SIZE));
  return controlFrame(OPCODE_CLOSE, body.subarray(0, CLOSE_CODE_SIZE + written));
}
