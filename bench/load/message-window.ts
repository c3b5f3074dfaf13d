// The messages of one connection: what is sent, what has to come back, and when it left.
import { newMaskingKey } from "./control-frames.ts";
import { EchoChecker } from "./echo-checker.ts";
import { FIRST_BYTE_BINARY, FIRST_BYTE_TEXT, FrameRing } from "./frame-ring.ts";
import { InFlight } from "./in-flight.ts";

export type MessageWindowOptions = {
  /** Which connection it is, from 0. */
  readonly index: number;
  readonly size: number;
  /** Messages that may be in flight. */
  readonly window: number;
  readonly binary: boolean;
  /** Called for each batch, or part of one, that a chunk completed. */
  readonly onEchoes: (count: number, microseconds: number) => void;
};

export class MessageWindow {
  /** The masked frames as they leave. */
  readonly sent: FrameRing;
  readonly #expected: FrameRing;
  readonly #checker: EchoChecker;
  readonly #inFlight: InFlight;
  readonly #options: MessageWindowOptions;

  constructor(options: MessageWindowOptions, onPing: (payload: Uint8Array) => void) {
    const { size, window, binary, index: connection } = options;
    const firstByte = binary ? FIRST_BYTE_BINARY : FIRST_BYTE_TEXT;
    const shape = { size, window, connection, firstByte };
    this.#options = options;
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

  /** What the server did wrong. */
  get problem(): string | undefined {
    return this.#checker.problem;
  }

  /** Writes the next messages into the ring `sent`; at most a window of them may be in flight. */
  send(count: number, nanoseconds: number): void {
    this.sent.produce(count);
    this.#expected.produce(count);
    this.#inFlight.add(count, nanoseconds);
  }

  /** Checks what the server sent, and returns how many echoes it completed. */
  receive(chunk: Buffer, begin: number, nanoseconds: number): number {
    const count = this.#checker.check(chunk, begin);
    this.#inFlight.remove(count, nanoseconds, this.#options.onEchoes);
    return count;
  }
}
