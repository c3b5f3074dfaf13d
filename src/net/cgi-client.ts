// The client side of a CGI run: a socket that speaks HTTP, one request body in, one response out.

import { BodyDecoder, type BodyLength } from "../http/body-decoder.ts";
import type { RequestHead } from "../http/request.ts";
import type { Kernel } from "../kernel/kernel.ts";
import {
  SILENT_LISTENER,
  type EndCause,
  type Endpoint,
  type EndpointListener,
} from "../session/endpoint.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import { Keepalive, type KeepaliveLimits } from "../session/keepalive.ts";
import { BodyIntake } from "./body-intake.ts";
import {
  answerLate,
  answerMisunderstood,
  bodyLate,
  bodyRefused,
  responseTo,
  type CgiFailure,
} from "./cgi-failure.ts";
import { CgiWriter } from "./cgi-writer.ts";
import type { ClientSocket, SocketUser } from "./socket-user.ts";
import { SocketFlow } from "./socket-flow.ts";
import type { Ticked, Ticker } from "./ticker.ts";

/** A client that only listens is asked by its kernel whether it still is there, from so long on. */
const PROBE_AFTER_MS = 30_000;

export interface CgiClientOptions {
  readonly kernel: Kernel;
  readonly marks: QueueMarks;
  /** Milliseconds for the client to close once it has its answer. */
  readonly closeTimeoutMs: number;
  /** Its stallTimeoutMs is also how long a body that was announced may bring nothing. There are no pings. */
  readonly keepalive: KeepaliveLimits;
  readonly ticker: Ticker;
  /** Bytes of a request body, 0 = no limit. */
  readonly bodySizeMax: number;
  /** Milliseconds for a program that has all of its input, or does not take it, to begin its answer; 0 = no limit. */
  readonly answerTimeoutMs: number;
  /** Of every response. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface CgiRequest {
  readonly head: RequestHead;
  /** See `judgeBodyLength`. */
  readonly bodyLength: BodyLength;
  /** Hears what is wrong with the program's output, for the log. */
  readonly problem: (text: string) => void;
}

export class CgiClient implements Endpoint, SocketUser, Ticked {
  listener: EndpointListener = SILENT_LISTENER;
  readonly #socket: ClientSocket;
  readonly #request: CgiRequest;
  readonly #options: CgiClientOptions;
  readonly flow: SocketFlow;
  readonly #writer: CgiWriter;
  readonly #keepalive: Keepalive;
  readonly #body: BodyIntake;
  /** When the client last sent something, or did not have to. */
  #heardAt: number;
  /** The program has so long to begin its answer. */
  #answerTimer: ReturnType<typeof setTimeout> | null = null;
  /** The response is over, whole or not: nothing more is read or written. */
  #finishing = false;
  #endedSaid = false;

  constructor(socket: ClientSocket, request: CgiRequest, options: CgiClientOptions) {
    this.#socket = socket;
    this.#request = request;
    this.#options = options;
    this.flow = new SocketFlow(socket, options);
    this.#writer = new CgiWriter(this.flow, {
      ...options,
      head: request.head,
      outOfMemory: () => this.#breakOff({ kind: "no-memory" }),
    });
    this.#keepalive = new Keepalive(
      { ...options.keepalive, pingIntervalMs: 0 },
      options.ticker.now,
    );
    const decoder = new BodyDecoder(request.bodyLength, options.bodySizeMax);
    this.#body = new BodyIntake(options.kernel, decoder);
    this.#heardAt = options.ticker.now;
    options.ticker.add(this);
  }

  /** The session is open: the client may send its body. To be called once, before any of it is received. */
  start(): void {
    const { head } = this.#request;
    if (this.#body.ended) return this.#endBody();
    // RFC 9110 10.1.1: said to who waits for it. HTTP/1.0 knows no such answer.
    const isAwaited = head.get("expect")?.toLowerCase() === "100-continue";
    if (isAwaited && head.version !== "1.0") this.#writer.sendContinue();
  }

  // From the socket.

  receive(chunk: Uint8Array): void {
    this.#keepalive.heard = true;
    if (this.#finishing || this.#body.ended) return; // for nobody now, or not of this request
    const refusal = this.#body.receive(chunk, this.listener);
    if (refusal !== null) this.#fail(bodyRefused(refusal));
    else if (this.#body.ended && !this.#finishing) this.#endBody();
  }

  drained(): void {
    if (this.flow.drained()) this.listener.drained();
  }

  /**
   * The peer's FIN, where the socket is kept half open. Who has asked may still listen, as long as a peer has for its part
   * in the end: one that has left looks the same.
   */
  peerEnded(): void {
    this.flow.peerEnded();
    if (this.#finishing || this.#writer.isWhole) this.#finish();
    else if (!this.#body.ended) this.#breakOff({ kind: "gone" });
  }

  disconnected(): void {
    this.#stopAnswerTimer();
    this.#options.ticker.delete(this);
    this.flow.release();
    // A client that has all may close before the program ends: it is not lost.
    this.#sayEnded(this.#writer.isWhole ? { kind: "closed", code: undefined } : { kind: "gone" });
    this.listener.closed();
  }

  // From the ticker, and what it looks at.

  tick(now: number): void {
    if (this.#finishing) return; // has times of its own
    const owesNothing = this.flow.paused || this.#body.ended;
    if (this.#keepalive.heard || owesNothing) this.#heardAt = now;
    const verdict = this.#keepalive.judge(now, this.flow);
    if (verdict !== null && verdict !== "ping") return this.#breakOff(verdict);
    const { stallTimeoutMs } = this.#options.keepalive;
    if (now - this.#heardAt < stallTimeoutMs) return;
    this.#fail(bodyLate(stallTimeoutMs));
  }

  /** Of the response; 0 while there is none. */
  get status(): number {
    return this.#writer.status;
  }

  get congested(): boolean {
    return this.flow.congested;
  }

  // From the session.

  send(begin: number, end: number): void {
    if (this.#finishing) return;
    const problem = this.#writer.send(begin, end);
    if (problem !== null) {
      this.#request.problem(problem);
      this.#fail(answerMisunderstood(problem));
    } else if (this.#writer.begun) {
      this.#stopAnswerTimer();
    }
  }

  pause(): void {
    // Nothing comes that could be too much, and a socket that is not read does not tell that its client leaves.
    if (this.flow.paused || this.#body.ended) return;
    this.flow.pause();
    this.#startAnswerTimer();
  }

  resume(): void {
    if (this.flow.resume()) this.#stopAnswerTimer();
  }

  /** The end of a response is that of its program. */
  endInput(): void {}

  end(cause: EndCause): void {
    if (this.#finishing) return;
    if (cause.kind === "stopping") this.flow.hurry();
    const hasExited = cause.kind === "exit";
    const problem = hasExited || cause.kind === "signal" ? this.#writer.problemAtEnd() : null;
    if (problem !== null) this.#request.problem(problem);
    if (!this.#writer.begun) this.#writer.respond(responseTo(cause));
    else if (hasExited && problem === null) this.#writer.finish();
    else return this.#cut(); // what a signal has cut must not look whole, nor what is too short
    this.#finish();
  }

  destroy(): void {
    this.#finishing = true;
    this.flow.destroy();
  }

  #endBody(): void {
    this.resume();
    this.#socket.setKeepAlive(true, PROBE_AFTER_MS);
    this.#startAnswerTimer();
    this.listener.inputEnded();
  }

  #startAnswerTimer(): void {
    const { answerTimeoutMs } = this.#options;
    if (answerTimeoutMs === 0 || this.#writer.begun) return;
    this.#answerTimer = setTimeout(() => this.#fail(answerLate(answerTimeoutMs)), answerTimeoutMs);
  }

  #stopAnswerTimer(): void {
    if (this.#answerTimer !== null) clearTimeout(this.#answerTimer);
    this.#answerTimer = null;
  }

  /** Answers, or cuts the answer that has begun; and ends, which the program then does too. */
  #fail({ response, cause }: CgiFailure): void {
    if (this.#finishing) return;
    this.#finishing = true;
    if (!this.#writer.begun) this.#writer.respond(response);
    this.#sayEnded(cause);
    this.#cut();
  }

  /** Ends the answer; the client sees that it is not whole. */
  #cut(): void {
    if (this.#writer.endsByClose) this.destroy();
    else this.#finish();
  }

  #breakOff(cause: EndCause): void {
    this.#sayEnded(cause);
    this.destroy();
  }

  #finish(): void {
    this.#finishing = true;
    this.#stopAnswerTimer();
    this.flow.finish();
  }

  #sayEnded(cause: EndCause): void {
    if (this.#endedSaid) return;
    this.#endedSaid = true;
    this.listener.ended(cause);
  }
}
