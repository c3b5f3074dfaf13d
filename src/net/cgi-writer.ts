// Makes a CGI program's output a response, in kernel memory, and hands it to the socket: one write for each chunk of it.

import { CgiAnswer } from "../http/cgi-answer.ts";
import { CgiHeadReader } from "../http/cgi-response.ts";
import type { RequestHead } from "../http/request.ts";
import { plainResponse, type PlainResponse } from "../http/response.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { SocketFlow } from "./socket-flow.ts";

export interface CgiWriterOptions {
  readonly kernel: Kernel;
  readonly head: RequestHead;
  /** Of every response. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What was to be sent could neither be written nor wait. */
  readonly outOfMemory: () => void;
}

export class CgiWriter {
  /** Of the response; 0 while there is none. */
  status = 0;
  readonly #flow: SocketFlow;
  readonly #options: CgiWriterOptions;
  readonly #headReader = new CgiHeadReader();
  #answer: CgiAnswer | null = null;

  constructor(output: SocketFlow, options: CgiWriterOptions) {
    this.#flow = output;
    this.#options = options;
  }

  /** The program's answer has begun: its head is out. */
  get begun(): boolean {
    return this.#answer !== null;
  }

  /** A client that counts has all: it may close without having lost anything. */
  get isWhole(): boolean {
    return this.#answer?.isWhole === true;
  }

  /** Only the end of the connection tells the end of the answer: one that is cut must be cut by a reset (RFC 9112 8). */
  get endsByClose(): boolean {
    return this.#answer?.bodyEnd === "close";
  }

  /** Sends the program's output in kernel memory [begin, end). Returns what is wrong with it, null when nothing is. */
  send(begin: number, end: number): string | null {
    const { kernel, head, fields } = this.#options;
    if (this.#answer !== null) {
      this.#sendBody(this.#answer, { begin, end, at: kernel.frames });
      return null;
    }
    const result = this.#headReader.receive(kernel.bytes.subarray(begin, end));
    if (result === null) return null;
    if ("problem" in result) return result.problem;
    const { method, version } = head;
    const answer = new CgiAnswer(result.head, { method, version, fields });
    this.#answer = answer;
    this.status = answer.status;
    const at = this.#put(answer.text, kernel.frames);
    this.#sendBody(answer, { begin: begin + result.bodyOffset, end, at });
    return null;
  }

  /** What is wrong with the output when this was all of it. */
  problemAtEnd(): string | null {
    const answer = this.#answer;
    if (answer?.bodyEnd === "length" && !answer.isWhole) {
      return "Its output ended before the length that its Content-Length promised.";
    }
    if (answer !== null) return null;
    return this.#headReader.begun
      ? "Its output ended inside of its head: write an empty line behind the fields."
      : "It ended without any output.";
  }

  /** The program ended its answer as it wanted. */
  finish(): void {
    if (this.#answer?.bodyEnd === "chunked") this.#writeText("0\r\n\r\n");
  }

  /** RFC 9110 15.2.1: the client may send its body. */
  sendContinue(): void {
    this.#writeText("HTTP/1.1 100 Continue\r\n\r\n");
  }

  /** Answers in the program's place, which has not begun to. */
  respond(response: PlainResponse): void {
    this.status = response.status;
    const { head } = this.#options;
    const fields = [...(response.fields ?? []), ...this.#options.fields];
    const text = plainResponse({ ...response, fields }, head.method);
    this.#writeText(Buffer.from(text, "utf8").toString("latin1"));
  }

  /** Sends what is body of [begin, end), behind what stands in the kernel's `frames` up to `at`. */
  #sendBody(answer: CgiAnswer, of: { begin: number; end: number; at: number }): void {
    const { bytes, frames } = this.#options.kernel;
    const count = answer.take(of.end - of.begin);
    const isChunk = answer.bodyEnd === "chunked" && count > 0; // 7.1: one without a byte would be the last
    if (!isChunk && of.at === frames) return this.#write(of.begin, of.begin + count);
    let at = isChunk ? this.#put(`${count.toString(16)}\r\n`, of.at) : of.at;
    bytes.copyWithin(at, of.begin, of.begin + count);
    at += count;
    this.#write(frames, isChunk ? this.#put("\r\n", at) : at);
  }

  #writeText(text: string): void {
    const { frames } = this.#options.kernel;
    this.#write(frames, this.#put(text, frames));
  }

  /** Puts text into the kernel's memory, a character a byte. Returns where it ends. */
  #put(text: string, at: number): number {
    this.#options.kernel.bytes.set(Buffer.from(text, "latin1"), at);
    return at + text.length;
  }

  #write(begin: number, end: number): void {
    if (!this.#flow.write(begin, end)) this.#options.outOfMemory();
  }
}
