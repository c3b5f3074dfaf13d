// Records with their length before them: framed, and judged, by the kernel; what is wrong with them is put in words here.

import type { Kernel } from "../kernel/kernel.ts";
import { cutBytes } from "./cut-character.ts";
import type { Encoder, EncoderFault } from "./encoder.ts";
import { FOUND_MAX, type OutputFault } from "./output-fault.ts";
import type { OutputSink } from "./output-sink.ts";
import type { FrameType, OutputParts, RecordOutput } from "./record-output.ts";

/** As numbers in ENCODER.PLAIN_TYPE. */
const PLAIN_TYPES: Readonly<Record<FrameType, number>> = { text: 1, binary: 2, auto: 3 };
const RECORD_TOO_LONG = 1;
const TEXT_CUT = 7;
const NOTHING = new Uint8Array(0);

/** By the kinds of the kernel's faults: kernel/assembly/layout.ts. */
const WANTED: readonly ((fault: EncoderFault, recordSizeMax: number) => string)[] = [
  () => "nothing else",
  (_, recordSizeMax) => `a length of at most ${recordSizeMax} (--max-record)`,
  () => "a digit, which begins a length",
  () => 'a ":" behind the length 0',
  ({ prefix }) => `a ":" behind the length ${prefix}`,
  ({ prefix }) => `a "," behind a record of ${prefix} bytes`,
  () => "UTF-8, as the record is a text",
  () => "the rest of a character, as the record is a text",
];

/** How a length is written. */
interface LengthForm {
  /** Netstrings may come without a type: then all are this. */
  readonly plainType: FrameType | null;
  /** What came of a length before its last byte, the one that made it too long. */
  readonly lengthBefore: (fault: EncoderFault) => Uint8Array;
}

export function lengthOutput(parts: OutputParts): RecordOutput {
  return new PrefixedOutput(parts, { plainType: null, lengthBefore: octetsBefore });
}

/** `LENGTH:BYTES,` for a text, `LENGTH;BYTES,` for a binary record. */
export function netstringOutput(parts: OutputParts): RecordOutput {
  return new PrefixedOutput(parts, { plainType: null, lengthBefore: digitsBefore });
}

/** `LENGTH:BYTES,` for both. */
export function plainNetstringOutput(parts: OutputParts): RecordOutput {
  return new PrefixedOutput(parts, { plainType: parts.frameType, lengthBefore: digitsBefore });
}

function octetsBefore({ prefix }: EncoderFault): Uint8Array {
  return Uint8Array.of(prefix >>> 24, prefix >>> 16, prefix >>> 8);
}

function digitsBefore({ prefix, prefixLength }: EncoderFault): Uint8Array {
  return Buffer.from(prefixLength === 0 ? "" : String(prefix));
}

class PrefixedOutput implements RecordOutput {
  readonly #kernel: Kernel;
  readonly #encoder: Encoder;
  readonly #recordSizeMax: number;
  readonly #form: LengthForm;
  /** Bytes of stdout so far. */
  #offset = 0;

  constructor({ kernel, encoder, recordSizeMax }: OutputParts, form: LengthForm) {
    this.#kernel = kernel;
    this.#encoder = encoder;
    this.#recordSizeMax = recordSizeMax;
    this.#form = form;
    if (form.plainType !== null) encoder.plainType = PLAIN_TYPES[form.plainType];
  }

  send(begin: number, end: number, sink: OutputSink): void {
    this.#encoder.send(begin, end, sink);
    if (!sink.isOpen) return;
    const fault = this.#encoder.faultIn(end);
    if (fault !== null) sink.broken(this.#told(fault, begin, end));
    this.#offset += end - begin;
  }

  finish(): OutputFault | null {
    const { missing } = this.#encoder;
    if (missing === null) return null;
    const wanted = missing === 0 ? "the rest of a length" : `${missing} more bytes of a record`;
    return { offset: this.#offset, found: NOTHING, wanted };
  }

  #told(fault: EncoderFault, begin: number, end: number): OutputFault {
    const before = this.#before(fault);
    const rest = this.#kernel.bytes.subarray(fault.at, Math.min(end, fault.at + FOUND_MAX));
    return {
      offset: this.#offset + fault.at - begin - before.length,
      found: new Uint8Array(Buffer.concat([before, rest]).subarray(0, FOUND_MAX)),
      wanted: WANTED[fault.kind]!(fault, this.#recordSizeMax),
    };
  }

  /** What came before `at` of what cannot be: a length that is too long is most often none, and is quoted whole. */
  #before(fault: EncoderFault): Uint8Array {
    if (fault.kind === RECORD_TOO_LONG) return this.#form.lengthBefore(fault);
    return fault.kind === TEXT_CUT ? cutBytes(fault.textState) : NOTHING;
  }
}
