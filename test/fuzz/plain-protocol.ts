// RFC 6455 5.5, 7: what a server answers to a stream of frames, from the frames that the plain decoder read.

import {
  DEFLATE_CORRUPT,
  OUTCOME,
  PlainDecoder,
  type ControlFrame,
  type DecoderOptions,
} from "../support/plain-decoder.ts";

export interface Answers {
  /** Records of the messages that ended. */
  readonly complete: Uint8Array;
  /** Bodies of the Pongs, in hex, and the body of the Close, in hex or null. */
  readonly pongs: readonly string[];
  readonly close: string | null;
  /** See PlainDecoder. */
  readonly isInsideMarked: boolean;
  readonly extraRecords: number;
}

/** 7.4.1, by outcome. */
const CLOSE_CODES: Readonly<Record<number, number>> = {
  [OUTCOME.MESSAGE_TOO_BIG]: 1009,
  [OUTCOME.TOO_MANY_FRAGMENTS]: 1008,
  [OUTCOME.TOO_MANY_EMPTY_FRAGMENTS]: 1008,
  [OUTCOME.INVALID_UTF8]: 1007,
  [DEFLATE_CORRUPT]: 1007,
};
const PROTOCOL_ERROR = 1002;

export function answerPlainly(pieces: readonly Uint8Array[], options: DecoderOptions): Answers {
  const decoder = new PlainDecoder(options);
  const pongs: string[] = [];
  let close: string | null = null;
  const result = () => ({
    complete: decoder.output.view().subarray(0, decoder.completeLength),
    pongs,
    close,
    isInsideMarked: decoder.isInsideMarked,
    extraRecords: decoder.extraRecords,
  });
  let seen = 0;
  for (const piece of pieces) {
    let ping: string | null = null;
    // Byte by byte: what comes behind a Close is not read.
    for (let at = 0; at < piece.length; at++) {
      decoder.feed(piece.subarray(at, at + 1));
      if (decoder.outcome !== OUTCOME.MORE) {
        close = codeHex(CLOSE_CODES[decoder.outcome] ?? PROTOCOL_ERROR);
        return result();
      }
      if (decoder.controls.length === seen) continue;
      const control = decoder.controls[seen++]!;
      if (control.opcode === 0x9) ping = hex(control.payload);
      if (control.opcode !== 0x8) continue;
      close = answerClose(control);
      return result();
    }
    // 5.5.3: of several pings only the latest need be answered; we do so once a chunk.
    if (ping !== null) pongs.push(ping);
  }
  return result();
}

/** 5.5.1: the code comes back, the reason does not; 7.4: a code that must not be sent, 7.1.6: a reason that is no text. */
function answerClose({ payload }: ControlFrame): string {
  if (payload.length === 0) return "";
  if (payload.length === 1) return codeHex(PROTOCOL_ERROR);
  const code = payload[0]! * 256 + payload[1]!;
  const isDefined = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  if (!isDefined && (code < 3000 || code > 4999)) return codeHex(PROTOCOL_ERROR);
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload.subarray(2));
  } catch {
    return codeHex(1007);
  }
  return codeHex(code);
}

function codeHex(code: number): string {
  return code.toString(16).padStart(4, "0");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
