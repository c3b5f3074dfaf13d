// The typed face of the WebAssembly kernel: its memory, its regions, its calls.

import { readFileSync } from "node:fs";
import wasmPath from "./kernel.wasm" with { type: "file" };
import { AddressPool } from "./address-pool.ts";

/** The largest chunk that a socket or a pipe brings, in bytes: Bun's receive buffer. Longer ones are taken in pieces. */
export const CHUNK_SIZE_MAX = 512 * 1024;
/** A slab, the unit in which queues borrow memory, in bytes. */
export const SLAB_SIZE = 64 * 1024;
/** Payload bytes at which a record that has not ended goes out as a fragment. One byte less than a slab: DESIGN 7. */
export const FRAGMENT_SIZE = SLAB_SIZE - 1;
/** Bytes of kernel state for a session: the decoder's record, then the encoder's. */
export const STATE_SIZE = 312;
/** Where what is not written by `unframe` itself is made into records: the most that an extension gives at a time. */
export const ASSEMBLY_SIZE = 128 * 1024;
/** Where an extension writes frames. */
export const TRANSFORMED_SIZE = 256 * 1024;

/** Where payload waits to be written as JSON; a multiple of three, as base64 has it. */
export const STAGING_SIZE = 48 * 1024;
/** A control character has six bytes in JSON. */
const ESCAPED_SIZE = 6 * STAGING_SIZE;

/** Bytes at a time in which what is not UTF-8 is replaced: U+FFFD has three for one. */
export const REPLACED_SOURCE_SIZE = 64 * 1024;
const REPLACED_SIZE = 3 * REPLACED_SOURCE_SIZE;

/** Vector loads and stores may touch this much past the end of a region, and a delimiter this much before one. */
const MARGIN = 64;
const STATICS_SIZE = 64 * 1024;
const WASM_PAGE_SIZE = 64 * 1024;
/** enframe writes at most two bytes for one, and a held record besides. */
export const FRAMES_SIZE = 2 * CHUNK_SIZE_MAX + 2 * SLAB_SIZE;

/** Offsets in a decoder's state record: assembly/layout.ts has their meaning. */
export const DECODER = {
  INPUT: 0,
  OUTPUT: 4,
  HEADER_LENGTH: 8,
  MESSAGE_SIZE_MAX: 32,
  FRAME: 40,
  MESSAGE_OPCODE: 44,
  FRAGMENTS_MAX: 60,
  FRAGMENTS_EMPTY_MAX: 64,
  DELIMITER: 68,
  MESSAGES: 72,
  CONTROL_LENGTH: 76,
  CONTROL_OPCODE: 80,
  CONTROL: 98,
  RESERVED_AGREED: 224,
  SPLITS: 232,
} as const;

/** What DECODER.DELIMITER is when it is no byte: assembly/layout.ts has their meaning. */
export const NO_DELIMITER = 256;
export const LENGTH_PREFIX = 257;
export const NETSTRING = 258;
export const NETSTRING_PLAIN = 259;
export const ALL_APART = 260;
/** In a length prefix: the message is binary. */
export const BINARY_BIT = 0x80000000;
/** What ENCODER.PREFIX_LENGTH is while the record is open. */
export const PREFIX_WHOLE = 16;

/** States of `utf8`: no code point is unfinished; it is no UTF-8. */
export const UTF8_ACCEPT = 0;
export const UTF8_REJECT = 1;

/** Where in a session's state the encoder's record begins. */
export const ENCODER_STATE = 252;

/** Offsets of the encoder's fields in a session's state, that record's place included. */
export const ENCODER = {
  TAIL: ENCODER_STATE,
  HELD: ENCODER_STATE + 4,
  HELD_LENGTH: ENCODER_STATE + 8,
  OPCODE: ENCODER_STATE + 12,
  CONTINUED: ENCODER_STATE + 16,
  DELIMITER: ENCODER_STATE + 20,
  RECORDS: ENCODER_STATE + 24,
  FRAGMENT_SIZE: ENCODER_STATE + 28,
  PREFIX: ENCODER_STATE + 32,
  PREFIX_LENGTH: ENCODER_STATE + 36,
  RECORD_REMAINING: ENCODER_STATE + 40,
  RECORD_SIZE_MAX: ENCODER_STATE + 44,
  TEXT_STATE: ENCODER_STATE + 48,
  PLAIN_TYPE: ENCODER_STATE + 52,
  FAULT: ENCODER_STATE + 56,
} as const;

interface KernelCalls {
  unframe(state: number, begin: number, end: number): number;
  enframe(state: number, begin: number, end: number, out: number): number;
  enframeLength(state: number, begin: number, end: number, out: number): number;
  enframeNetstring(state: number, begin: number, end: number, out: number): number;
  enframeHeld(state: number, out: number): number;
  unmask(target: number, source: number, length: number, key: number): number;
  utf8(state: number, source: number, length: number): number;
  count(byte: number, source: number, end: number): number;
  escapeJson(source: number, length: number, target: number): number;
  base64(source: number, length: number, target: number): number;
}

export interface KernelOptions {
  /** Bytes for queues, in whole slabs. Address space only: memory is used when it is touched. */
  readonly slabBytes: number;
  /** How many sessions can have state at once. */
  readonly sessionsMax: number;
}

export interface Kernel {
  /** All of the kernel's memory. It never grows, so this view and every address stay good. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Where a chunk from a socket is decoded; one byte and more before it is free. CHUNK_SIZE_MAX bytes. */
  readonly incoming: number;
  /** Where a chunk from a service waits to be encoded. CHUNK_SIZE_MAX bytes; three before it are free. */
  readonly outgoing: number;
  /** Where encoded frames go. */
  readonly frames: number;
  /** Where records are made of messages that `unframe` does not write itself. ASSEMBLY_SIZE bytes. */
  readonly assembly: number;
  /** Where an extension writes the frames that it made of those at `frames`. TRANSFORMED_SIZE bytes. */
  readonly transformed: number;
  /** Where text goes in which what is not UTF-8 was replaced, to be framed. Three bytes for each of its source. */
  readonly replaced: number;
  /** Where payload waits to be written as JSON. STAGING_SIZE bytes; two before them are free. */
  readonly staging: number;
  /** Where it is written to. Six bytes for each of its source. */
  readonly escaped: number;
  readonly slabs: AddressPool;
  readonly states: AddressPool;
  /** Decodes client frames in place; see assembly/unframe.ts. Returns an outcome. */
  unframe(state: number, begin: number, end: number): number;
  /** Encodes records as frames at `out`; `state` is the encoder's. See assembly/enframe.ts. Returns the output's end. */
  enframe(state: number, begin: number, end: number, out: number): number;
  /** The same for records with their length before them. */
  enframeLength(state: number, begin: number, end: number, out: number): number;
  enframeNetstring(state: number, begin: number, end: number, out: number): number;
  /** Encodes the record that is held as the last one. Returns the end of the output. */
  enframeHeld(state: number, out: number): number;
  unmask(target: number, source: number, length: number, key: number): number;
  utf8(state: number, source: number, length: number): number;
  /** How often a byte is in kernel memory [source, end). */
  count(byte: number, source: number, end: number): number;
  /** Writes text as the content of a JSON string, and bytes as base64; see assembly/json.ts. Returns the output's end. */
  escapeJson(source: number, length: number, target: number): number;
  base64(source: number, length: number, target: number): number;
}

/** Makes a kernel with memory of its own. Throws RangeError when more than 4 GiB would be needed. */
export function createKernel(options: KernelOptions): Kernel {
  const states = STATICS_SIZE;
  const incoming = alignUp(states + options.sessionsMax * STATE_SIZE) + MARGIN;
  const outgoing = incoming + CHUNK_SIZE_MAX + MARGIN;
  const frames = outgoing + CHUNK_SIZE_MAX + MARGIN;
  const assembly = frames + FRAMES_SIZE + MARGIN;
  const transformed = assembly + ASSEMBLY_SIZE + MARGIN;
  const replaced = transformed + TRANSFORMED_SIZE + MARGIN;
  const staging = replaced + REPLACED_SIZE + MARGIN;
  const escaped = staging + STAGING_SIZE + MARGIN;
  const slabs = alignUp(escaped + ESCAPED_SIZE + MARGIN);
  const slabCount = Math.ceil(options.slabBytes / SLAB_SIZE);
  const pages = (slabs + slabCount * SLAB_SIZE) / WASM_PAGE_SIZE + 1;
  if (pages > 65536) {
    throw new RangeError(
      "queues and sessions need more than the 4 GiB that WebAssembly can address",
    );
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(readFileSync(wasmPath));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const calls = instance.exports as unknown as KernelCalls;
  return {
    bytes: new Uint8Array(memory.buffer),
    words: new Uint32Array(memory.buffer),
    incoming,
    outgoing,
    frames,
    assembly,
    transformed,
    replaced,
    staging,
    escaped,
    slabs: new AddressPool({ begin: slabs, size: SLAB_SIZE, count: slabCount }),
    states: new AddressPool({ begin: states, size: STATE_SIZE, count: options.sessionsMax }),
    unframe: calls.unframe,
    enframe: calls.enframe,
    enframeLength: calls.enframeLength,
    enframeNetstring: calls.enframeNetstring,
    enframeHeld: calls.enframeHeld,
    unmask: calls.unmask,
    utf8: calls.utf8,
    count: calls.count,
    escapeJson: calls.escapeJson,
    base64: calls.base64,
  };
}

function alignUp(address: number): number {
  return Math.ceil(address / SLAB_SIZE) * SLAB_SIZE;
}
