// RFC 9112 4: the text of responses, each of which closes its connection.

export const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  412: "Precondition Failed",
  413: "Content Too Large",
  414: "URI Too Long",
  416: "Range Not Satisfiable",
  421: "Misdirected Request",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

const PLAIN_TEXT = "text/plain; charset=utf-8";

export interface PlainResponse {
  readonly status: number;
  /** Default: the status's own name. */
  readonly reason?: string;
  /** The body, without its last line end. */
  readonly text: string;
  /** Default: plain text. */
  readonly contentType?: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/**
 * The whole response, without its body for a HEAD (RFC 9110 9.3.2). `Connection: close` is added to a Connection field
 * that is given, not put beside it.
 */
export function plainResponse(response: PlainResponse, method = "GET"): string {
  const { status, contentType = PLAIN_TEXT, reason = REASONS[status] ?? "Error" } = response;
  const body = response.text + "\n";
  const fields: [string, string][] = [
    ["Content-Type", contentType],
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
  return `HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n${method === "HEAD" ? "" : body}`;
}

/** The head of a Response, its empty line included; `added` come behind its own fields. */
export function responseHead(
  response: Response,
  added: readonly (readonly [name: string, value: string])[],
): string {
  const { status } = response;
  const own = [...response.headers].map(([name, value]) => [titleCase(name), value] as const);
  const lines = [...own, ...added, ["Connection", "close"]].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n${lines.join("")}\r\n`;
}

function titleCase(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (part) => part.toUpperCase());
}
