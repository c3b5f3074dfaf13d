// The request head by which a raw client asks for a WebSocket (RFC 6455 4.1).

/** RFC 6455 1.3: the example's key, and the answer to it. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

export interface OpenOptions {
  /** The request-target. Default: `/`. */
  readonly target?: string;
  /** Default: `localhost`. */
  readonly host?: string;
  /** Further header lines, without their ends. */
  readonly fields?: readonly string[];
}

/** A legal request head for a WebSocket. */
export function requestHead(options: OpenOptions = {}): string {
  const lines = [
    `GET ${options.target ?? "/"} HTTP/1.1`,
    `Host: ${options.host ?? "localhost"}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${KEY}`,
    "Sec-WebSocket-Version: 13",
    ...(options.fields ?? []),
  ];
  return lines.map((line) => line + "\r\n").join("") + "\r\n";
}
