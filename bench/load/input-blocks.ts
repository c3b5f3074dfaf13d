// The messages of one connection when the program only takes them: for each block of them it answers a checksum.
import { cksum } from "./cksum.ts";
import { FrameCycle } from "./frame-cycle.ts";
import { FIRST_BYTE_TEXT } from "./frame-ring.ts";
import { InFlight } from "./in-flight.ts";
import { MessageReader } from "./message-reader.ts";
import type { Messages, MessagesOptions, NewMessages } from "./messages.ts";

export type BlockShape = {
  /** No two are alike; all of them are one block. */
  readonly payloads: readonly Buffer[];
};

/** Blocks that are on their way: one is being sent while the one before it is being taken. */
export const BLOCKS_IN_FLIGHT = 2;
const ANSWER_BYTES_MAX = 64;

/** What a program gets as a block: each message as a line. */
export function blockOf({ payloads }: BlockShape): Buffer {
  return Buffer.concat(payloads.flatMap((payload) => [payload, Buffer.of(0x0a)]));
}

/** Bytes are counted before they are judged: one lost, doubled or changed makes the checksum another. */
export function sinkFor(shape: BlockShape): readonly string[] {
  const { length } = blockOf(shape);
  const block = `head -c ${length} | cksum`;
  return ["sh", "-c", `while s=$(${block}) && [ "\${s#* }" != 0 ]; do echo "$s"; done`];
}

export function blocksOfMessages(shape: BlockShape): NewMessages {
  const frames = shape.payloads.map((payload) => ({ firstByte: FIRST_BYTE_TEXT, payload }));
  const answer = cksum(blockOf(shape));
  return (options) => new InputBlocks(new FrameCycle(frames), { answer, ...options });
}

/** Here a message of the interface is a whole block. */
export class InputBlocks implements Messages {
  readonly sent: FrameCycle;
  completed = 0;
  problem: string | undefined;
  readonly #inFlight = new InFlight(BLOCKS_IN_FLIGHT);
  readonly #reader: MessageReader;
  readonly #onEchoes: MessagesOptions["onEchoes"];
  #begun = 0;

  constructor(sent: FrameCycle, options: MessagesOptions & { readonly answer: string }) {
    this.sent = sent;
    this.#onEchoes = options.onEchoes;
    this.#reader = new MessageReader({
      deflate: false,
      bytesMax: ANSWER_BYTES_MAX,
      onMessage: ({ payload }) => this.#judge(payload.toString("latin1"), options.answer),
      onPing: options.onPing,
    });
  }

  get inFlight(): number {
    return this.#inFlight.count;
  }

  send(count: number, nanoseconds: number): number {
    this.#begun += count;
    this.#inFlight.add(count, nanoseconds);
    return count * this.sent.ringLength;
  }

  receive(chunk: Buffer, begin: number, nanoseconds: number): number {
    if (this.problem !== undefined) return 0;
    const before = this.completed;
    this.problem = this.#reader.read(chunk, begin);
    const count = this.completed - before;
    this.#inFlight.remove(count, nanoseconds, this.#onEchoes);
    return count;
  }

  #judge(got: string, expected: string): string | undefined {
    if (this.completed === this.#begun) return "an answer to nothing";
    if (got !== expected) {
      return `block ${this.completed}: the checksum of what came is "${got}", not "${expected}"`;
    }
    this.completed++;
    return undefined;
  }
}
