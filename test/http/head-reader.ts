// Reads request heads in pieces for the tests.

import type { RequestHead, RequestLimits, RequestRefusal } from "../../src/http/request.ts";
import { RequestReader } from "../../src/http/request-reader.ts";
import { cutAt } from "../support/splits.ts";

export const LIMITS: RequestLimits = { headSizeMax: 512, targetSizeMax: 256, fieldsMax: 8 };

export interface Read {
  readonly head: RequestHead;
  /** What the peer sent behind the head, in this chunk and in those after it. */
  readonly rest: string;
}

/** Latin-1: a character is a byte. */
export function toBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/**
 * Reads a stream in the pieces between `cuts`, each of which is overwritten after the call, as the socket does.
 * Null: the head has not ended.
 */
export function read(
  stream: string,
  cuts: readonly number[] = [],
  limits = LIMITS,
): Read | RequestRefusal | null {
  const reader = new RequestReader(limits);
  const pieces = cutAt(toBytes(stream), cuts);
  for (const [i, piece] of pieces.entries()) {
    const chunk = piece.slice();
    const result = reader.receive(chunk);
    if (result === null) {
      chunk.fill(0x0a);
      continue;
    }
    if ("status" in result) return result;
    const rest = [result.rest, ...pieces.slice(i + 1)];
    return { head: result.head, rest: Buffer.concat(rest).toString("latin1") };
  }
  return null;
}

export function headOf(stream: string, limits = LIMITS): RequestHead {
  const result = read(stream, [], limits);
  if (result === null || "status" in result) throw new Error(`refused: ${result?.text ?? "-"}`);
  return result.head;
}
