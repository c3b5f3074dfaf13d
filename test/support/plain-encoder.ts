// RFC 6455 5.2, 5.4: encodes a stream of records as frames, byte by byte; the plain twin of the kernel's enframe.

import { ByteList } from "./byte-list.ts";

export interface EncoderOptions {
  /** 1 text, 2 binary. */
  readonly opcode: number;
  /** The byte that ends a record. */
  readonly delimiter: number;
  /** Payload bytes above which a record goes out in several frames. */
  readonly fragmentSize: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The frames of `stream`: a message a record, the rest after the last delimiter as it is. */
export function encodePlainly(stream: Uint8Array, options: EncoderOptions): Uint8Array {
  const frames = new ByteList();
  let record: number[] = [];
  for (const byte of stream) {
    if (byte !== options.delimiter) {
      record.push(byte);
      continue;
    }
    // Only a line may end in CR LF; of several CR the last goes.
    if (byte === LINE_FEED && record.at(-1) === CARRIAGE_RETURN) record.pop();
    writeMessage(frames, record, options);
    record = [];
  }
  if (record.length > 0) writeMessage(frames, record, options);
  return frames.view();
}

function writeMessage(frames: ByteList, record: readonly number[], options: EncoderOptions): void {
  let begin = 0;
  do {
    const end = Math.min(begin + options.fragmentSize, record.length);
    // 5.4: the first frame has the opcode, those after it 0; the last has FIN.
    const opcode = begin === 0 ? options.opcode : 0x0;
    const fin = end === record.length ? 0x80 : 0;
    writeHeader(frames, fin | opcode, end - begin);
    for (let i = begin; i < end; i++) frames.push(record[i]!);
    begin = end;
  } while (begin < record.length);
}

/** 5.2: the length in 7, 7+16 or 7+64 bits, the least that will do; 5.1: a server must not mask. */
function writeHeader(frames: ByteList, first: number, length: number): void {
  frames.push(first);
  if (length < 126) {
    frames.push(length);
    return;
  }
  frames.push(length < 65536 ? 126 : 127);
  for (let octet = length < 65536 ? 1 : 7; octet >= 0; octet--) {
    frames.push(Math.floor(length / 256 ** octet) % 256);
  }
}
