// The client's side of the opening handshake: RFC 6455 4.1.

/** A head longer than this is not an answer to our request. */
const HEAD_BYTES_MAX = 16_384;
/** RFC 7692 7.1.1: each message is compressed by itself, in both directions. */
const DEFLATE_OFFER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export class Handshake {
  /** Why the answer does not open a connection. */
  problem: string | undefined;
  readonly #key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  readonly #deflate: boolean;
  #head = Buffer.alloc(0);

  /** `deflate`: permessage-deflate is asked for, and has to be agreed on. */
  constructor(deflate = false) {
    this.#deflate = deflate;
  }

  request(url: URL): string {
    return [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${this.#key}`,
      "Sec-WebSocket-Version: 13",
      ...(this.#deflate ? [`Sec-WebSocket-Extensions: ${DEFLATE_OFFER}`] : []),
      "\r\n",
    ].join("\r\n");
  }

  /** Returns where in the chunk the frames begin, or -1 as long as the answer is not whole. */
  receive(chunk: Buffer): number {
    const before = this.#head.length;
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#head.length > HEAD_BYTES_MAX) this.problem = `no answer in ${HEAD_BYTES_MAX} bytes`;
      return -1;
    }
    const head = this.#head.toString("latin1", 0, end);
    this.problem = judgeResponse(head, this.#key, this.#deflate);
    return end + 4 - before;
  }
}

export function acceptFor(key: string): string {
  return new Bun.CryptoHasher("sha1").update(key + GUID).digest("base64");
}

function judgeResponse(head: string, key: string, deflate: boolean): string | undefined {
  const [statusLine = "", ...lines] = head.split("\r\n");
  if (!statusLine.startsWith("HTTP/1.1 101 ")) return `the server answered "${statusLine}"`;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  if (fields.get("upgrade")?.toLowerCase() !== "websocket") return "no Upgrade: websocket";
  if (fields.get("connection")?.toLowerCase() !== "upgrade") return "no Connection: Upgrade";
  const accept = fields.get("sec-websocket-accept");
  if (accept !== acceptFor(key)) return `wrong Sec-WebSocket-Accept: ${accept}`;
  return judgeExtension(fields.get("sec-websocket-extensions"), deflate);
}

function judgeExtension(extension: string | undefined, deflate: boolean): string | undefined {
  if (!deflate) {
    // One that is in use and that nobody offered would change the frames.
    return extension === undefined ? undefined : `an extension that nobody offered: ${extension}`;
  }
  if (extension === undefined) return "the server does not agree on permessage-deflate";
  const [name, ...parameters] = extension.split(";").map((part) => part.trim());
  // RFC 7692 7.1.1.1: who accepts an offer with it says so.
  const right = name === "permessage-deflate" && parameters.includes("server_no_context_takeover");
  return right ? undefined : `an extension that was not offered so: ${extension}`;
}
