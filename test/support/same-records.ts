// Compares what the protocol made of a program's records with what their plain twin reads in them.

import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { faultText, type OutputFault } from "../../src/websocket/output-fault.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import { ByteList } from "./byte-list.ts";
import { encodePlainly } from "./plain-encoder.ts";
import { readRecords, type PlainFault, type RecordOptions } from "./plain-records.ts";
import { messagesOf, shown } from "./sent-messages.ts";
import { cutAt } from "./splits.ts";

const kernel = createKernel({ slabBytes: 64 * SLAB_SIZE, sessionsMax: 1 });
const LIMITS = { messageSizeMax: 0, fragmentsMax: 1, fragmentsEmptyMax: 1 };
const NO_BYTE = 256;

export interface SentRecords {
  readonly frames: Uint8Array;
  /** Of whole messages: see `messagesOf`. */
  readonly messages: readonly string[];
  readonly fault: OutputFault | null;
  readonly text: string | null;
  /** Code and reason of the Close, when one was sent; a cut stream is closed by others. */
  readonly close: string | null;
}

/** Runs what a program wrote, in the pieces between `cuts`, through a protocol. */
export function sendRecords(
  stream: Uint8Array,
  options: Pick<RecordOptions, "framing" | "frameType" | "recordSizeMax">,
  cuts: readonly number[],
): SentRecords {
  const frames = new ByteList();
  let fault: OutputFault | null = null;
  let close: string | null = null;
  const protocol = new Protocol(
    kernel,
    { limits: LIMITS, extension: null, ...options },
    {
      payload: unexpected,
      closed: unexpected,
      outOfMemory: unexpected,
      transmitFrames: (begin, end) => frames.append(kernel.bytes.subarray(begin, end)),
      transmit: (frame) =>
        void (close = `${frame[2]! * 256 + frame[3]!} ${Buffer.from(frame.subarray(4)).toString()}`),
      failed: () => {},
      brokenOutput: (one) => void (fault = one),
    },
  );
  for (const piece of cutAt(stream, cuts)) {
    kernel.bytes.set(piece, kernel.outgoing);
    protocol.send(kernel.outgoing, kernel.outgoing + piece.length);
  }
  protocol.finish();
  protocol.release();
  if (kernel.slabs.used !== 0) throw new Error(`${kernel.slabs.used} slabs are still lent`);
  const text = fault === null ? null : faultText(fault);
  return { frames: frames.view(), messages: messagesOf(frames.view()), fault, text, close };
}

function unexpected(): never {
  throw new Error("not to be called");
}

/** What differs between the two, or null. */
export function recordsDifference(
  stream: Uint8Array,
  options: RecordOptions,
  cuts: readonly number[],
): string | null {
  const sent = sendRecords(stream, options, cuts);
  const plain = readRecords(stream, options);
  const messages = plain.records.map(({ opcode, payload }) =>
    shown(opcode === 1, Buffer.from(payload)),
  );
  if (JSON.stringify(sent.messages) !== JSON.stringify(messages)) {
    return `messages: ${sent.messages.join(", ").slice(0, 300)} for ${messages.join(", ").slice(0, 300)}`;
  }
  const frames = Buffer.concat(plain.records.map(framesOf));
  const behind = sent.frames.subarray(frames.length);
  if (Buffer.compare(sent.frames.subarray(0, frames.length), frames) !== 0) return "other frames";
  if (plain.fault === null && behind.length > 0) return "frames behind all records";
  return faultDifference(stream, sent, plain.fault);
}

function framesOf({ opcode, payload }: { opcode: number; payload: Uint8Array }): Uint8Array {
  const fragmentSize = SLAB_SIZE - 1;
  if (payload.length === 0) return Uint8Array.of(0x80 | opcode, 0);
  return encodePlainly(payload, { opcode, delimiter: NO_BYTE, fragmentSize });
}

function faultDifference(
  stream: Uint8Array,
  { fault, close }: SentRecords,
  plain: PlainFault | null,
): string | null {
  if (fault === null || plain === null) {
    return fault === plain ? null : `fault: ${JSON.stringify(fault)} for ${JSON.stringify(plain)}`;
  }
  if (fault.offset !== plain.offset || !fault.wanted.includes(plain.wanted)) {
    return `fault: ${JSON.stringify(fault)} for ${JSON.stringify(plain)}`;
  }
  if (fault.found.length === 0 && !plain.isEnd) return "found nothing";
  const there = stream.subarray(fault.offset, fault.offset + fault.found.length);
  if (Buffer.compare(there, fault.found) !== 0) return "found what is not there";
  const wanted = plain.isEnd ? null : "1011 the program broke its framing";
  return close === wanted ? null : `close: ${close} for ${wanted}`;
}
