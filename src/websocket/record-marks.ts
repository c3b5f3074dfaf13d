// What stands before and behind the records that the kernel does not write itself: see kernel/assembly/record-marks.ts.

import { BINARY_BIT } from "../kernel/kernel.ts";

export interface RecordPrefix {
  /** Bytes that it may have. */
  readonly sizeMax: number;
  /** Writes that of a record of `length` bytes so that it ends at `end`. Returns where it begins. */
  write(bytes: Uint8Array, end: number, record: RecordSize): number;
}

export interface RecordSize {
  readonly length: number;
  readonly isBinary: boolean;
}

export interface RecordMarks {
  /** Null: a record may be written while it comes. */
  readonly prefix: RecordPrefix | null;
  /** A byte; null: none. */
  readonly suffix: number | null;
}

const COMMA = 0x2c;
const TEXT_SEPARATOR = ":";
const BINARY_SEPARATOR = ";";

export const LENGTH_MARKS: RecordMarks = {
  prefix: {
    sizeMax: 4,
    write(bytes, end, { length, isBinary }) {
      const prefix = isBinary ? length | BINARY_BIT : length;
      for (let at = end - 4; at < end; at++) bytes[at] = prefix >>> (8 * (end - 1 - at));
      return end - 4;
    },
  },
  suffix: null,
};

export const NETSTRING_MARKS = netstringMarks(BINARY_SEPARATOR);
export const PLAIN_NETSTRING_MARKS = netstringMarks(TEXT_SEPARATOR);

function netstringMarks(binarySeparator: string): RecordMarks {
  return {
    prefix: {
      // What 31 bits can tell, in digits, and what stands behind them.
      sizeMax: 11,
      write(bytes, end, { length, isBinary }) {
        const prefix = `${length}${isBinary ? binarySeparator : TEXT_SEPARATOR}`;
        const begin = end - prefix.length;
        for (let i = 0; i < prefix.length; i++) bytes[begin + i] = prefix.charCodeAt(i);
        return begin;
      },
    },
    suffix: COMMA,
  };
}
