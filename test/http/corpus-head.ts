// A head for parsers to be compared on, and how most of them are written.

export interface CorpusHead {
  readonly name: string;
  /** A character is a byte. */
  readonly head: string;
}

/** Heads by their names, with the section that speaks of them in front. */
export function group(section: string, heads: Readonly<Record<string, string>>): CorpusHead[] {
  return Object.entries(heads).map(([name, head]) => ({ name: `${section} ${name}`, head }));
}

/** A head with this request line. */
export function line(requestLine: string): string {
  return `${requestLine}\r\nHost: h\r\n\r\n`;
}

/** A head with these bytes where a field stands. */
export function field(text: string): string {
  return `GET / HTTP/1.1\r\nHost: h\r\n${text}\r\nZ: z\r\n\r\n`;
}
