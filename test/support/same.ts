// Compares what the kernel made of a stream with what its plain twin made of it.

import { toHex } from "./frames.ts";
import { KernelDecoder, KernelEncoder, type DriverOptions } from "./kernel-driver.ts";
import { OUTCOME, PlainDecoder, type DecoderOptions } from "./plain-decoder.ts";
import type { EncoderOptions } from "./plain-encoder.ts";
import { cutAt } from "./splits.ts";

export interface DecodeCase extends DecoderOptions, DriverOptions {
  readonly stream: Uint8Array;
  readonly cuts: readonly number[];
  /** Says in a failure what was decoded. */
  readonly name: string;
}

/** Decodes a stream in pieces with the kernel and the twin, compares after each piece, and returns the twin. */
export function decodeWithBoth(options: DecodeCase): PlainDecoder {
  using decoder = new KernelDecoder(options);
  const twin = new PlainDecoder(options);
  try {
    for (const piece of cutAt(options.stream, options.cuts)) {
      decoder.feed(piece);
      twin.feed(piece);
      expectSameState(decoder, twin);
    }
    expectSameBytes(decoder, twin);
  } catch (error) {
    const stream = toHex(options.stream);
    throw new Error(`${options.name}, cut at [${options.cuts}], ${stream}: ${String(error)}`);
  }
  return twin;
}

/** Decodes a stream in pieces with the kernel and compares with what the twin made of it before. */
export function decodeLike(expected: PlainDecoder, options: DecodeCase): void {
  using decoder = new KernelDecoder(options);
  try {
    for (const piece of cutAt(options.stream, options.cuts)) decoder.feed(piece);
    expectSameState(decoder, expected);
    expectSameBytes(decoder, expected);
  } catch (error) {
    const stream = toHex(options.stream);
    throw new Error(`${options.name}, cut at [${options.cuts}], ${stream}: ${String(error)}`);
  }
}

function expectSameState(actual: KernelDecoder, expected: PlainDecoder): void {
  expectEqual("outcome", actual.outcome, expected.outcome);
  expectEqual("messages", actual.messages, expected.messages);
  // Of the message that failed any part may have been counted.
  if (expected.outcome !== OUTCOME.INVALID_UTF8) {
    expectEqual("extra records", actual.extraRecords, expected.extraRecords);
  }
  expectEqual("control frames", actual.controls.length, expected.controls.length);
}

function expectSameBytes(actual: KernelDecoder, expected: PlainDecoder): void {
  for (const [index, control] of expected.controls.entries()) {
    const { opcode, payload } = actual.controls[index]!;
    expectEqual("control opcode", opcode, control.opcode);
    expectEqual("control payload", toHex(payload), toHex(control.payload));
  }
  const output = actual.output.view();
  let wanted = expected.output.view();
  if (expected.outcome === OUTCOME.INVALID_UTF8) {
    // The kernel may hold back any part of the message that failed, but nothing of those before it.
    if (output.length < expected.completeLength)
      throw new Error(`output ${toHex(output)}, wanted ${toHex(wanted)}`);
    wanted = wanted.subarray(0, output.length);
  }
  if (Buffer.compare(output, wanted) !== 0) {
    throw new Error(`output ${toHex(output)}, wanted ${toHex(wanted)}`);
  }
}

export interface EncodeCase extends EncoderOptions, DriverOptions {
  readonly stream: Uint8Array;
  readonly cuts: readonly number[];
  readonly name: string;
}

/** Encodes a stream in pieces with the kernel and compares with the frames that it must become. */
export function encodeLike(expected: Uint8Array, options: EncodeCase): void {
  using encoder = new KernelEncoder(options);
  try {
    for (const piece of cutAt(options.stream, options.cuts)) encoder.feed(piece);
    encoder.finish();
    const output = encoder.output.view();
    if (Buffer.compare(output, expected) !== 0) {
      throw new Error(`output ${toHex(output)}, wanted ${toHex(expected)}`);
    }
  } catch (error) {
    const stream = toHex(options.stream);
    throw new Error(`${options.name}, cut at [${options.cuts}], ${stream}: ${String(error)}`);
  }
}

function expectEqual(what: string, actual: number | string, expected: number | string): void {
  if (actual !== expected) throw new Error(`${what} ${actual}, wanted ${expected}`);
}
