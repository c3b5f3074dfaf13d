// Where and how a program broke its framing, in words for a log.

export interface OutputFault {
  /** Bytes of stdout before what cannot be. */
  readonly offset: number;
  /** What is there, at most FOUND_MAX bytes; a copy. Empty: the end of stdout. */
  readonly found: Uint8Array;
  /** What would have been right. */
  readonly wanted: string;
}

/** Enough to tell what a program wrote in the place of a length, and no more than a line of a log bears. */
export const FOUND_MAX = 32;

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
};

export function faultText({ offset, found, wanted }: OutputFault): string {
  const place = `the program broke its framing at byte ${offset} of its stdout`;
  return `${place}: wanted ${wanted}, found ${found.length === 0 ? "the end" : quote(found)}`;
}

/** Printable ASCII as it is, all else escaped as in C. */
function quote(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const escaped = text.replace(/[^ -~]|["\\]/g, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return ESCAPES[character] ?? `\\x${code}`;
  });
  return `"${escaped}"`;
}
