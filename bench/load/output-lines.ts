// The messages of one connection when the program writes them by itself: known byte for byte, with none sent.
import { EchoChecker } from "./echo-checker.ts";
import { FIRST_BYTE_TEXT, FrameRing } from "./frame-ring.ts";
import type { FrameSource, Messages, MessagesOptions, NewMessages } from "./messages.ts";

/** Numbers of twelve digits that count up: with this connection's number the ring begins at 100000000000. */
export const COUNTED_FROM = "100000000000";
export const COUNTED_TO = "999999999999";
const COUNTING_CONNECTION = 1000;
/** More frames than any chunk of a socket holds: 1.4 MB of the counted ones. */
const FRAMES_AHEAD = 100_000;

const NOTHING: FrameSource = { bytes: Buffer.alloc(0), ringLength: 1, inARow: () => 0 };

/** What `seq 100000000000 999999999999` writes. */
export const countedLines: NewMessages = (options) => new OutputLines({ size: 12 }, options);

/** What `yes LINE` writes. */
export function sameLines(line: string): NewMessages {
  const content = Buffer.from(line);
  return (options) => new OutputLines({ size: content.length, content }, options);
}

export class OutputLines implements Messages {
  readonly sent = NOTHING;
  readonly inFlight = 1;
  readonly #expected: FrameRing;
  readonly #checker: EchoChecker;
  readonly #onEchoes: MessagesOptions["onEchoes"];

  constructor(
    line: { readonly size: number; readonly content?: Buffer },
    { onEchoes, onPing }: MessagesOptions,
  ) {
    this.#onEchoes = onEchoes;
    const place = { connection: COUNTING_CONNECTION, window: FRAMES_AHEAD };
    this.#expected = new FrameRing({ ...line, ...place, firstByte: FIRST_BYTE_TEXT });
    this.#expected.produce(FRAMES_AHEAD);
    this.#checker = new EchoChecker({ expected: this.#expected, anyOpcode: false, onPing });
  }

  get completed(): number {
    return this.#checker.completed;
  }

  get problem(): string | undefined {
    return this.#checker.problem;
  }

  send(): number {
    throw new Error("The program writes without being asked");
  }

  /** Each line is told of with no latency: nobody knows when the program wrote it. */
  receive(chunk: Buffer, begin: number): number {
    const count = this.#checker.check(chunk, begin);
    this.#expected.produce(count);
    if (count > 0) this.#onEchoes(count, 0);
    return count;
  }
}
