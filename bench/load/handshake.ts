// The client's side of the opening handshake: RFC 6455 4.1.

/** A head longer than this is not an answer to our request. */
const HEAD_BYTES_MAX = 16_384;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export class Handshake {
  /** Why the answer does not open a connection. */
  problem: string | undefined;
  readonly #key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  #head = Buffer.alloc(0);

  request(url: URL): string {
    return [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${this.#key}`,
      "Sec-WebSocket-Version: 13",
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
    this.problem = judgeResponse(this.#head.toString("latin1", 0, end), this.#key);
    return end + 4 - before;
  }
}

export function acceptFor(key: string): string {
  return new Bun.CryptoHasher("sha1").update(key + GUID).digest("base64");
}

function judgeResponse(head: string, key: string): string | undefined {
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
  // We offer no extension: one that is in use all the same would change the frames.
  const extension = fields.get("sec-websocket-extensions");
  return extension === undefined ? undefined : `an extension that nobody offered: ${extension}`;
}
