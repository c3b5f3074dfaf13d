// One case of the head fuzz, from its seed alone; and what may come of any bytes that are read as a request head.

import { LIMITS } from "../../src/config.ts";
import { RequestReader } from "../../src/http/request-reader.ts";
import { CORPUS } from "../http/head-corpus.ts";
import { Random } from "../support/random.ts";
import { cutAt, randomSplit } from "../support/splits.ts";

/** What a head may be refused with. */
const STATUSES = [400, 413, 414, 426, 431, 501, 505];
const ALPHABET = "\r\n\t :/?#@[]%*,;=\0\x7f\x80\xffGETHOSTabc019.";

export interface HeadCase {
  readonly seed: number;
  readonly stream: Uint8Array;
  readonly cuts: readonly number[];
}

export function headCase(seed: number): HeadCase {
  const random = new Random(seed);
  let text = random.pick(CORPUS).head;
  for (let changes = random.below(5); changes > 0; changes--) {
    const at = random.below(text.length + 1);
    const character = ALPHABET[random.below(ALPHABET.length)]!;
    const begin = text.slice(0, at);
    if (random.oneIn(3)) text = begin + character + text.slice(at);
    else if (random.oneIn(2)) text = begin + text.slice(at + random.between(1, 9));
    else text = begin + character + text.slice(at + 1);
  }
  const stream = new Uint8Array(Buffer.from(text, "latin1"));
  return { seed, stream, cuts: randomSplit(random, stream.length) };
}

/** What is wrong with what the reader made of it, or null. */
export function runHead(of: HeadCase): string | null {
  const whole = readHead([of.stream]);
  const cut = readHead(cutAt(of.stream, of.cuts));
  if (whole.startsWith("wrong")) return whole;
  if (cut.startsWith("wrong")) return cut;
  // Of several faults the one that comes first is told first: which one depends on how much of the head has come.
  const bothRefuse = whole.startsWith("refused") && cut.startsWith("refused");
  return bothRefuse || whole === cut ? null : `whole: ${whole}; cut: ${cut}`;
}

/** Heads and refusals as text; what may not be begins with `wrong`. */
function readHead(pieces: readonly Uint8Array[]): string {
  const reader = new RequestReader(LIMITS);
  try {
    for (const [i, piece] of pieces.entries()) {
      const result = reader.receive(piece);
      if (result === null) continue;
      if ("status" in result) {
        const { status, text } = result;
        const isAllowed = STATUSES.includes(status) && /^[\x20-\x7e]+$/.test(text);
        return isAllowed ? `refused ${status} ${text}` : `wrong: refused ${status} ${text}`;
      }
      const { method, target, version, fields } = result.head;
      const rest = Buffer.concat([result.rest, ...pieces.slice(i + 1)]).toString("hex");
      return JSON.stringify({ method, target, version, fields, rest });
    }
    return "not whole";
  } catch (error) {
    return `wrong: threw ${String(error)}`;
  }
}
