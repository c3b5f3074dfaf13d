// The messages of one connection when all have the same size: numbered, made as they leave, each echo known byte for byte.
import { newMaskingKey } from "./control-frames.ts";
import { EchoChecker } from "./echo-checker.ts";
import { FIRST_BYTE_BINARY, FIRST_BYTE_TEXT, FrameRing } from "./frame-ring.ts";
import { InFlight } from "./in-flight.ts";
import type { Messages, MessagesOptions, NewMessages } from "./messages.ts";

export type WindowShape = {
  /** Payload of a message in bytes. */
  readonly size: number;
  /** Messages that may be in flight. */
  readonly window: number;
  readonly binary: boolean;
};

export function numberedMessages(shape: WindowShape): NewMessages {
  return (options) => new MessageWindow(shape, options);
}

export class MessageWindow implements Messages {
  /** The masked frames. */
  readonly sent: FrameRing;
  readonly #expected: FrameRing;
  readonly #checker: EchoChecker;
  readonly #inFlight: InFlight;
  readonly #onEchoes: MessagesOptions["onEchoes"];

  constructor({ size, window, binary }: WindowShape, options: MessagesOptions) {
    const { index: connection, onPing } = options;
    const firstByte = binary ? FIRST_BYTE_BINARY : FIRST_BYTE_TEXT;
    const shape = { size, window, connection, firstByte };
    this.#onEchoes = options.onEchoes;
    this.sent = new FrameRing({ ...shape, maskingKey: newMaskingKey() });
    this.#expected = new FrameRing(shape);
    this.#checker = new EchoChecker({ expected: this.#expected, anyOpcode: binary, onPing });
    this.#inFlight = new InFlight(window);
  }

  get completed(): number {
    return this.#checker.completed;
  }

  get inFlight(): number {
    return this.#inFlight.count;
  }

  get problem(): string | undefined {
    return this.#checker.problem;
  }

  /** At most a window of them may be in flight. */
  send(count: number, nanoseconds: number): number {
    this.sent.produce(count);
    this.#expected.produce(count);
    this.#inFlight.add(count, nanoseconds);
    return count * this.sent.frameLength;
  }

  receive(chunk: Buffer, begin: number, nanoseconds: number): number {
    const count = this.#checker.check(chunk, begin);
    this.#inFlight.remove(count, nanoseconds, this.#onEchoes);
    return count;
  }
}
