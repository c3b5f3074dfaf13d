// Runs a case of the frame fuzz through the real protocol and its plain twin, and tells the difference.

import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { DeflatePool } from "../../src/websocket/deflate-pool.ts";
import { PermessageDeflate } from "../../src/websocket/permessage-deflate.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import type { ProtocolHandler } from "../../src/websocket/protocol-handler.ts";
import { ByteList } from "../support/byte-list.ts";
import type { DecoderOptions } from "../support/plain-decoder.ts";
import { cutAt } from "../support/splits.ts";
import type { FrameCase } from "./frame-case.ts";
import { FRAMED } from "./framings.ts";
import { answerPlainly, type Answers } from "./plain-protocol.ts";

const PARAMETERS = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
/** What may be told of a compressed message before its end. */
const EARLY = ["03f1", "03ef"];

const kernel = createKernel({ slabBytes: 256 * SLAB_SIZE, sessionsMax: 1 });
const pool = new DeflatePool(kernel, { messageSizeMax: 0 });

class Recorder implements ProtocolHandler {
  readonly output = new ByteList();
  readonly pongs: string[] = [];
  close: string | null = null;
  /** Pauses now and then, as a slow service makes a client do. */
  paused = false;
  /** A chunk was taken in more than one go: then more of its Pings may have been answered. */
  wasHalted = false;

  payload(begin: number, end: number): void {
    this.output.append(kernel.bytes.subarray(begin, end));
    this.paused = true;
  }

  transmit(frame: Uint8Array): void {
    const body = Buffer.from(frame.subarray(2)).toString("hex");
    if (frame[0] === 0x8a) this.pongs.push(body);
    else if (frame[0] === 0x88) this.close ??= body;
    else throw new Error(`a frame that begins with ${frame[0]}`);
  }

  transmitFrames(): void {
    throw new Error("nothing was to be framed");
  }

  outOfMemory(): void {
    throw new Error("out of memory");
  }

  closed(): void {}
  failed(): void {}
}

/** What differs, or null. `twin` is another only where a test plants a defect. */
export function runFrames(of: FrameCase, twin = answerPlainly): string | null {
  const pieces = cutAt(of.stream, of.cuts);
  const recorder = new Recorder();
  const protocol = new Protocol(kernel, protocolOptions(of.options), recorder);
  let extraRecords = 0;
  try {
    for (const piece of pieces) {
      protocol.receive(piece.slice());
      recorder.wasHalted ||= protocol.isWaiting;
      // Paused at most for one call: all that waits must come before the next chunk, as the twin has it.
      for (recorder.paused = false; protocol.isWaiting; recorder.paused = false) protocol.resume();
    }
    extraRecords = protocol.counts.extraRecords;
  } catch (error) {
    return `it threw ${error instanceof Error ? error.stack : String(error)}`;
  } finally {
    protocol.release();
  }
  if (kernel.slabs.used !== 0) return `${kernel.slabs.used} slabs are still lent`;
  return difference({ recorder, extraRecords }, twin(pieces, of.options));
}

function protocolOptions(options: DecoderOptions) {
  return {
    limits: options,
    ...FRAMED[options.delimiter]!,
    extension: options.isDeflate
      ? new PermessageDeflate(kernel, { parameters: PARAMETERS, pool, sizeMin: 0 })
      : null,
  };
}

function difference(
  { recorder, extraRecords }: { recorder: Recorder; extraRecords: number },
  plain: Answers,
): string | null {
  const output = recorder.output.view();
  const complete = output.subarray(0, plain.complete.length);
  if (!Buffer.from(complete).equals(plain.complete)) {
    return `records: ${complete.length} of ${plain.complete.length} bytes are not the same`;
  }
  const close = recorder.close === null ? null : recorder.close.slice(0, 4);
  const isEarly = plain.isInsideMarked && close !== null && EARLY.includes(close);
  // Who has told early has not answered what the twin reads behind that.
  const pongs = isEarly ? plain.pongs.slice(0, recorder.pongs.length) : plain.pongs;
  if (!recorder.wasHalted && recorder.pongs.join() !== pongs.join()) {
    return `pongs: ${recorder.pongs.join()} for ${pongs.join()}`;
  }
  // Of what is open when the end comes any part may have been counted, or none.
  if (close === null && !plain.isInsideMarked && extraRecords !== plain.extraRecords) {
    return `extra records: ${extraRecords} for ${plain.extraRecords}`;
  }
  return close === plain.close || isEarly ? null : `close: ${close} for ${plain.close}`;
}
