// RFC 9112 4, 6: the response that a CGI program's output becomes: its head, and how the end of its body is told.

import type { CgiHead } from "./cgi-response.ts";

/**
 * `none`: it has no body. `length`: Content-Length. `chunked`: the last chunk. `close`: the end of the connection, which
 * is all that HTTP/1.0 has for a body of unknown length.
 */
export type BodyEnd = "none" | "length" | "chunked" | "close";

export interface CgiAnswerOptions {
  /** Of the request. */
  readonly method: string;
  readonly version: string;
  /** Added to those of the program. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export class CgiAnswer {
  readonly status: number;
  readonly bodyEnd: BodyEnd;
  /** The head with its empty line, a character a byte. */
  readonly text: string;
  /** Bytes of the body to come, where that is known. */
  #left: number;

  constructor(head: CgiHead, options: CgiAnswerOptions) {
    const { status, reason, contentLength } = head;
    this.status = status;
    this.bodyEnd = bodyEndOf(head, options);
    this.#left = this.bodyEnd === "length" ? (contentLength ?? 0) : 0;
    const added = options.fields.map(([name, value]) => [name, utf8(value)] as const);
    const lines = [
      ...head.fields,
      ...added,
      ...(this.bodyEnd === "chunked" ? [["Transfer-Encoding", "chunked"] as const] : []),
      ["Connection", "close"] as const,
    ].map(([name, value]) => `${name}: ${value}\r\n`);
    this.text = `HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n`;
  }

  /** Takes the next `count` bytes of output. Returns how many of them, from the first, are to be sent. */
  take(count: number): number {
    if (this.bodyEnd === "none") return 0;
    if (this.bodyEnd !== "length") return count;
    const taken = Math.min(count, this.#left);
    this.#left -= taken;
    return taken;
  }

  /** A client that counts has all: it may close without having lost anything. */
  get isWhole(): boolean {
    return this.bodyEnd === "none" || (this.bodyEnd === "length" && this.#left === 0);
  }
}

function bodyEndOf(head: CgiHead, { method, version }: CgiAnswerOptions): BodyEnd {
  // RFC 9112 6.3: these have none, whatever their fields say.
  if (method === "HEAD" || head.status === 204 || head.status === 304) return "none";
  if (head.contentLength !== null) return "length";
  // 6.1: chunked is not for HTTP/1.0.
  return version === "1.0" ? "close" : "chunked";
}

/** As UTF-8, a character a byte. */
function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
