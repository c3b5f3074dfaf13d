// RFC 6455 5.2-5.6, 8.1: decodes client frames byte by byte; the plain twin of the kernel's unframe.

import { ByteList } from "./byte-list.ts";
import { inflatePlainly } from "./plain-inflate.ts";
import { countInside, writeRecordPlainly } from "./plain-record-writer.ts";
import { PlainUtf8 } from "./plain-utf8.ts";

/** What a decoder came to, by the kernel's numbers (src/kernel/assembly/layout.ts). */
export const OUTCOME = {
  MORE: 0,
  CONTROL_FRAME: 1,
  RESERVED_BITS: 2,
  RESERVED_OPCODE: 3,
  CONTROL_FRAGMENTED: 4,
  UNEXPECTED_CONTINUATION: 5,
  EXPECTED_CONTINUATION: 6,
  UNMASKED: 7,
  CONTROL_TOO_LONG: 8,
  LENGTH_TOP_BIT: 9,
  LENGTH_NOT_MINIMAL: 10,
  MESSAGE_TOO_BIG: 11,
  TOO_MANY_FRAGMENTS: 12,
  TOO_MANY_EMPTY_FRAGMENTS: 13,
  INVALID_UTF8: 14,
} as const;
/** RFC 7692: none of the kernel's, which does not inflate. */
export const DEFLATE_CORRUPT = 100;

const LENGTH_PREFIX = 257;
/** What 31 bits of length can tell. */
const PREFIX_MAX = 0x7fff_ffffn;

export interface DecoderOptions {
  /** Bytes of payload that a message's frames may declare together; 0 = no limit. */
  readonly messageSizeMax: number;
  /** Frames of a message that is sent in more than one. */
  readonly fragmentsMax: number;
  /** Those of them without payload. */
  readonly fragmentsEmptyMax: number;
  /** The byte written at a message's end; 256 = none; above: what plain-record-writer.ts writes. */
  readonly delimiter: number;
  /** RFC 7692 was agreed on. Default: no. */
  readonly isDeflate?: boolean;
}

export interface ControlFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

interface Frame {
  readonly fin: boolean;
  readonly isMarked: boolean;
  readonly opcode: number;
  readonly key: readonly number[];
  readonly length: bigint;
  /** Payload bytes read so far. */
  have: number;
}

interface Message {
  readonly isText: boolean;
  /** RFC 7692 6: its first frame has RSV1. */
  readonly isMarked: boolean;
  /** Its bytes so far, when it is not written as it comes. */
  readonly payload: ByteList | null;
  readonly utf8: PlainUtf8;
  size: bigint;
  fragments: number;
  fragmentsEmpty: number;
}

export class PlainDecoder {
  readonly output = new ByteList();
  readonly controls: ControlFrame[] = [];
  messages = 0;
  /** Delimiters inside of messages; control characters alone are looked for. */
  extraRecords = 0;
  /** How much of the output belongs to messages that have ended. */
  completeLength = 0;
  /** MORE, or the violation after which all is ignored. */
  outcome: number = OUTCOME.MORE;
  readonly #options: DecoderOptions;
  #header: number[] = [];
  #frame: Frame | null = null;
  #message: Message | null = null;
  #control = new ByteList();

  constructor(options: DecoderOptions) {
    this.#options = options;
  }

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.outcome !== OUTCOME.MORE) return;
      if (this.#frame === null) this.#takeHeaderByte(byte);
      else this.#takePayloadByte(this.#frame, byte);
    }
  }

  #takeHeaderByte(byte: number): void {
    const header = this.#header;
    header.push(byte);
    if (header.length < 2) return;
    if (header.length === 2) this.outcome = this.#judgeFirstBytes(header[0]!, header[1]!);
    if (this.outcome !== OUTCOME.MORE) return;
    const sevenBits = header[1]! & 0x7f;
    const lengthBytes = sevenBits === 126 ? 2 : sevenBits === 127 ? 8 : 0;
    if (header.length < 2 + lengthBytes + 4) return;
    // 5.2: "in network byte order"
    const extended = header.slice(2, 2 + lengthBytes);
    const length = extended.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
    this.#header = [];
    const frame: Frame = {
      fin: (header[0]! & 0x80) !== 0,
      isMarked: (header[0]! & 0x40) !== 0,
      opcode: header[0]! & 0x0f,
      key: header.slice(2 + lengthBytes),
      length: lengthBytes === 0 ? BigInt(sevenBits) : length,
      have: 0,
    };
    this.outcome = this.#judgeLength(frame, lengthBytes);
    if (this.outcome !== OUTCOME.MORE) return;
    this.#frame = frame;
    if (frame.length === 0n) this.#endFrame(frame);
  }

  #judgeFirstBytes(first: number, second: number): number {
    const opcode = first & 0x0f;
    // 5.2: "MUST be 0 unless an extension is negotiated"
    const isMarked = this.#options.isDeflate === true && (opcode === 0x1 || opcode === 0x2);
    if ((first & 0x70) !== 0 && !(isMarked && (first & 0x70) === 0x40))
      return OUTCOME.RESERVED_BITS;
    // 5.2: 3-7 and B-F are reserved
    if (![0x0, 0x1, 0x2, 0x8, 0x9, 0xa].includes(opcode)) return OUTCOME.RESERVED_OPCODE;
    const isControl = opcode >= 0x8;
    // 5.5: control frames "MUST NOT be fragmented"
    if (isControl && (first & 0x80) === 0) return OUTCOME.CONTROL_FRAGMENTED;
    // 5.4: a message is one frame with an opcode, then continuation frames, the last with FIN
    if (opcode === 0x0 && this.#message === null) return OUTCOME.UNEXPECTED_CONTINUATION;
    if (!isControl && opcode !== 0x0 && this.#message !== null)
      return OUTCOME.EXPECTED_CONTINUATION;
    // 5.1: "a client MUST mask all frames"
    if ((second & 0x80) === 0) return OUTCOME.UNMASKED;
    // 5.5: "a payload length of 125 bytes or less"
    if (isControl && (second & 0x7f) > 125) return OUTCOME.CONTROL_TOO_LONG;
    return OUTCOME.MORE;
  }

  #judgeLength(frame: Frame, lengthBytes: number): number {
    // 5.2: "the most significant bit MUST be 0"
    if (frame.length >= 1n << 63n) return OUTCOME.LENGTH_TOP_BIT;
    // 5.2: "the minimal number of bytes MUST be used to encode the length"
    if (lengthBytes === 2 && frame.length < 126n) return OUTCOME.LENGTH_NOT_MINIMAL;
    if (lengthBytes === 8 && frame.length < 65536n) return OUTCOME.LENGTH_NOT_MINIMAL;
    if (frame.opcode >= 0x8) return OUTCOME.MORE;
    const isFragment = !frame.fin || this.#message !== null;
    this.#message ??= {
      isText: frame.opcode === 0x1,
      isMarked: frame.isMarked,
      payload: frame.isMarked || this.#options.delimiter >= LENGTH_PREFIX ? new ByteList() : null,
      utf8: new PlainUtf8(),
      size: 0n,
      fragments: 0,
      fragmentsEmpty: 0,
    };
    const message = this.#message;
    const { messageSizeMax, fragmentsMax, fragmentsEmptyMax } = this.#options;
    // 10.4: limits on the sizes of frames and messages
    message.size += frame.length;
    if (this.#options.delimiter >= LENGTH_PREFIX && message.size > PREFIX_MAX)
      return OUTCOME.MESSAGE_TOO_BIG;
    if (!message.isMarked && messageSizeMax !== 0 && message.size > BigInt(messageSizeMax))
      return OUTCOME.MESSAGE_TOO_BIG;
    if (!isFragment) return OUTCOME.MORE;
    if (++message.fragments > fragmentsMax) return OUTCOME.TOO_MANY_FRAGMENTS;
    if (frame.length === 0n && ++message.fragmentsEmpty > fragmentsEmptyMax) {
      return OUTCOME.TOO_MANY_EMPTY_FRAGMENTS;
    }
    return OUTCOME.MORE;
  }

  #takePayloadByte(frame: Frame, masked: number): void {
    // 5.3: "transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4)"
    const byte = masked ^ frame.key[frame.have % 4]!;
    frame.have++;
    if (frame.opcode >= 0x8) {
      this.#control.push(byte);
    } else {
      // 8.1: a text message that is not UTF-8 fails the connection
      const message = this.#message!;
      if (message.isText && !message.isMarked && !message.utf8.feed(byte)) {
        this.outcome = OUTCOME.INVALID_UTF8;
        return;
      }
      if (!message.isMarked) this.extraRecords += countInside(Uint8Array.of(byte), this.#options);
      (message.payload ?? this.output).push(byte);
    }
    if (BigInt(frame.have) === frame.length) this.#endFrame(frame);
  }

  #endFrame(frame: Frame): void {
    this.#frame = null;
    if (frame.opcode >= 0x8) {
      this.controls.push({ opcode: frame.opcode, payload: this.#control.view() });
      this.#control = new ByteList();
      return;
    }
    if (!frame.fin) return;
    const message = this.#message!;
    // 5.6: it is the whole message that must be UTF-8; a frame may end inside a code point
    if (!message.utf8.whole) {
      this.outcome = OUTCOME.INVALID_UTF8;
      return;
    }
    if (message.payload !== null) this.#endGathered(message, message.payload.view());
    else if (this.#options.delimiter <= 255) this.output.push(this.#options.delimiter);
    if (this.outcome !== OUTCOME.MORE) return;
    this.#message = null;
    this.messages++;
    this.completeLength = this.output.length;
  }

  #endGathered(message: Message, gathered: Uint8Array): void {
    const payload = message.isMarked ? inflatePlainly(gathered) : gathered;
    this.outcome = payload === null ? DEFLATE_CORRUPT : this.#judgeRestored(message, payload);
    if (payload === null || this.outcome !== OUTCOME.MORE) return;
    writeRecordPlainly(this.output, payload, {
      delimiter: this.#options.delimiter,
      isText: message.isText,
    });
  }

  /** 10.4, 8.1: size and text are those of the message, not of what is on the wire. */
  #judgeRestored(message: Message, payload: Uint8Array): number {
    if (!message.isMarked) return OUTCOME.MORE;
    this.extraRecords += countInside(payload, this.#options);
    const { messageSizeMax } = this.#options;
    if (messageSizeMax !== 0 && payload.length > messageSizeMax) return OUTCOME.MESSAGE_TOO_BIG;
    const { utf8 } = message;
    const isText = !message.isText || (payload.every((byte) => utf8.feed(byte)) && utf8.whole);
    return isText ? OUTCOME.MORE : OUTCOME.INVALID_UTF8;
  }

  /** Whether a message is open that an extension has transformed: what is wrong with it may be told before its end. */
  get isInsideMarked(): boolean {
    return this.#message?.isMarked ?? false;
  }
}
