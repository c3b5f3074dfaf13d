// RFC 9112 4: a short plain-text response that closes its connection.

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

export interface PlainResponse {
  readonly status: number;
  /** The body, one line. */
  readonly text: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/**
 * The whole response, without its body for a HEAD (RFC 9110 9.3.2). `Connection: close` is added to a Connection field
 * that is given, not put beside it.
 */
export function plainResponse(response: PlainResponse, method = "GET"): string {
  const body = response.text + "\n";
  const fields: [string, string][] = [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Content-Length", String(Buffer.byteLength(body))],
    ["X-Content-Type-Options", "nosniff"],
  ];
  let connection = "close";
  for (const [name, value] of response.fields ?? []) {
    if (name === "Connection") connection = `${value}, close`;
    else fields.push([name, value]);
  }
  fields.push(["Connection", connection]);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${response.status} ${REASONS[response.status] ?? "Error"}\r\n${lines}\r\n${method === "HEAD" ? "" : body}`;
}
