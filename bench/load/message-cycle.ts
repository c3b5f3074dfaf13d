// The messages of one connection when they are of any sizes, or compressed: a fixed list, sent over and over.
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { FIRST_BYTE_TEXT } from "./frame-ring.ts";
import { FrameCycle } from "./frame-cycle.ts";
import { OPCODE_TEXT } from "./frame-reader.ts";
import { InFlight } from "./in-flight.ts";
import { COMPRESSED_BIT, MessageReader, type WholeMessage } from "./message-reader.ts";
import type { Messages, MessagesOptions, NewMessages } from "./messages.ts";

export type CycleShape = {
  /** No two are alike, and there are at least twice as many as the window. */
  readonly payloads: readonly Buffer[];
  /** Messages that may be in flight. */
  readonly window: number;
  /** Whether they are compressed, each by itself (RFC 7692 without context takeover). */
  readonly deflate: boolean;
};

/** zlib makes what does not shrink larger by less than that. */
const DEFLATE_OVERHEAD_BYTES = 1024;
/** RFC 7692 7.2.1: the end of each sync flush, which is not sent. */
const FLUSH_TAIL = Buffer.of(0x00, 0x00, 0xff, 0xff);

/** The frames are built once for all connections. */
export function cycledMessages(shape: CycleShape): NewMessages {
  const { payloads, window, deflate } = shape;
  if (payloads.length < 2 * window) throw new Error(`${payloads.length} messages are too few`);
  const frames = payloads.map((payload) =>
    deflate
      ? { firstByte: FIRST_BYTE_TEXT | COMPRESSED_BIT, payload: deflated(payload) }
      : { firstByte: FIRST_BYTE_TEXT, payload },
  );
  return (options) => new MessageCycle(shape, new FrameCycle(frames), options);
}

export class MessageCycle implements Messages {
  readonly sent: FrameCycle;
  completed = 0;
  problem: string | undefined;
  readonly #shape: CycleShape;
  readonly #inFlight: InFlight;
  readonly #reader: MessageReader;
  readonly #onEchoes: MessagesOptions["onEchoes"];
  /** Compressed echoes that were inflated and found right, by their place in the list: they come again the same. */
  readonly #known: (Buffer | undefined)[] = [];
  #begun = 0;

  constructor(shape: CycleShape, sent: FrameCycle, { onEchoes, onPing }: MessagesOptions) {
    this.#shape = shape;
    this.sent = sent;
    this.#onEchoes = onEchoes;
    this.#inFlight = new InFlight(shape.window);
    this.#reader = new MessageReader({
      deflate: shape.deflate,
      bytesMax: Math.max(...shape.payloads.map(({ length }) => length)) + DEFLATE_OVERHEAD_BYTES,
      onMessage: (message) => this.#judge(message),
      onPing,
    });
  }

  get inFlight(): number {
    return this.#inFlight.count;
  }

  send(count: number, nanoseconds: number): number {
    this.#begun += count;
    this.#inFlight.add(count, nanoseconds);
    return this.sent.take(count);
  }

  receive(chunk: Buffer, begin: number, nanoseconds: number): number {
    if (this.problem !== undefined) return 0;
    const before = this.completed;
    const problem = this.#reader.read(chunk, begin);
    if (problem !== undefined) this.problem = `message ${this.completed}: ${problem}`;
    const count = this.completed - before;
    this.#inFlight.remove(count, nanoseconds, this.#onEchoes);
    return count;
  }

  #judge({ opcode, compressed, payload }: WholeMessage): string | undefined {
    if (this.completed === this.#begun) return "an echo of nothing that was sent";
    if (opcode !== OPCODE_TEXT) return `opcode ${opcode}, expected ${OPCODE_TEXT}`;
    const place = this.completed % this.#shape.payloads.length;
    const expected = this.#shape.payloads[place] ?? Buffer.alloc(0);
    if (compressed && this.#known[place]?.equals(payload) === true) {
      this.completed++;
      return undefined;
    }
    const got = compressed ? inflated(payload, expected.length) : payload;
    if (got === undefined) return "it cannot be inflated to what was sent";
    if (!expected.equals(got)) return describeDifference(got, expected);
    if (compressed) this.#known[place] = Buffer.from(payload);
    this.completed++;
    return undefined;
  }
}

function deflated(payload: Buffer): Buffer {
  const whole = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH });
  return whole.subarray(0, whole.length - FLUSH_TAIL.length);
}

/** Undefined when it is not deflate, or longer than what was sent. */
function inflated(payload: Buffer, bytesMax: number): Buffer | undefined {
  try {
    return inflateRawSync(Buffer.concat([payload, FLUSH_TAIL]), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: bytesMax + 1,
    });
  } catch {
    return undefined;
  }
}

function describeDifference(got: Buffer, expected: Buffer): string {
  if (got.length !== expected.length) return `${got.length} bytes, expected ${expected.length}`;
  const at = got.findIndex((byte, index) => byte !== expected[index]);
  return `byte ${at} is ${got[at]}, expected ${expected[at]}`;
}
