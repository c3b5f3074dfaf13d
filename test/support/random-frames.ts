// Random streams of client frames: legal ones, legal ones with some bytes changed, and frames of random fields.

import { concat, frame } from "./frames.ts";
import type { DecoderOptions } from "./plain-decoder.ts";
import type { Random } from "./random.ts";

export type StreamKind = "legal" | "changed" | "random";

export function randomOptions(random: Random): DecoderOptions {
  return {
    messageSizeMax: random.pick([0, 0, 1024 * 1024, 200_000, 300, 20]),
    fragmentsMax: random.pick([1_048_576, 1_048_576, 8, 2, 0]),
    fragmentsEmptyMax: random.pick([4096, 4096, 1, 0]),
    delimiter: random.pick([0x0a, 0x0a, 0x00, 0xff, 256]),
  };
}

export function randomStream(random: Random, kind: StreamKind): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = random.pick([1, 3, 10, 40]); count > 0; count--) {
    parts.push(
      ...(kind === "random" && random.oneIn(2) ? [randomFrame(random)] : randomMessage(random)),
    );
  }
  const stream = concat(parts);
  return kind === "changed" ? change(random, stream) : stream;
}

function randomLength(random: Random): number {
  switch (random.below(32)) {
    case 0:
      return random.between(65_530, 65_540);
    case 1:
      return random.between(300, 5000);
    case 2:
    case 3:
    case 4:
      return random.between(120, 130);
    case 5:
    case 6:
    case 7:
      return 0;
    default:
      return random.below(80);
  }
}

/** The frames of a message, control frames between them. */
function randomMessage(random: Random): Uint8Array[] {
  const opcode = random.between(1, 2);
  const length = randomLength(random);
  const payload = opcode === 1 ? random.text(length) : random.bytes(length);
  const frames: Uint8Array[] = [];
  let begin = 0;
  for (let left = random.oneIn(3) ? random.between(2, 6) : 1; left > 0; left--) {
    if (random.oneIn(6)) frames.push(randomControl(random));
    const end = left === 1 ? payload.length : random.between(begin, payload.length);
    frames.push(
      frame({
        opcode: frames.some(isData) ? 0 : opcode,
        payload: payload.subarray(begin, end),
        fin: left === 1,
        key: randomKey(random),
      }),
    );
    begin = end;
  }
  return frames;
}

function isData(bytes: Uint8Array): boolean {
  return (bytes[0]! & 0x08) === 0;
}

function randomControl(random: Random): Uint8Array {
  const payload = random.bytes(random.pick([0, 1, 4, 30, 125]));
  return frame({ opcode: random.between(8, 10), payload, key: randomKey(random) });
}

function randomKey(random: Random): Uint8Array {
  return random.oneIn(8) ? new Uint8Array(4) : random.bytes(4);
}

/** A frame of random fields, most of them likely to be legal. */
function randomFrame(random: Random): Uint8Array {
  const payload = random.oneIn(2)
    ? random.bytes(random.below(140))
    : random.text(random.below(140));
  const lengthBytes = random.oneIn(4) ? random.pick([2, 8] as const) : undefined;
  return frame({
    opcode: random.oneIn(6) ? random.below(16) : random.pick([0, 1, 2, 8, 9, 10]),
    payload,
    fin: !random.oneIn(3),
    reserved: random.oneIn(20) ? random.below(8) : 0,
    key: random.oneIn(20) ? null : randomKey(random),
    ...(lengthBytes ? { lengthBytes } : {}),
    ...(random.oneIn(20) ? { declaredLength: randomDeclaredLength(random), lengthBytes: 8 } : {}),
  });
}

function randomDeclaredLength(random: Random): bigint {
  return random.pick([
    0n,
    125n,
    65535n,
    65536n,
    1n << 32n,
    (1n << 63n) - 1n,
    1n << 63n,
    (1n << 64n) - 1n,
  ]);
}

/** Some bytes changed, put in, left out; or the end cut off. */
function change(random: Random, stream: Uint8Array): Uint8Array {
  let bytes = [...stream];
  for (let count = random.between(1, 4); count > 0 && bytes.length > 0; count--) {
    const at = random.below(random.oneIn(2) ? Math.min(bytes.length, 64) : bytes.length);
    switch (random.below(5)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.below(256);
        break;
      case 2:
        bytes.splice(at, 0, random.below(256));
        break;
      case 3:
        bytes.splice(at, random.between(1, 4));
        break;
      default:
        bytes = bytes.slice(0, at + 1);
    }
  }
  return Uint8Array.from(bytes);
}
