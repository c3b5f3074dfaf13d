// A JSON string as Go's encoding/json writes it, character by character: the plain twin of what --passstderr sends.

import { PlainUtf8 } from "./plain-utf8.ts";

/** What stands between the quotes; \ufffd for each byte that is part of no character. */
export function quotePlainly(bytes: Uint8Array): string {
  const names: Record<string, string> = { "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t" };
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const size = runeSize(bytes, at);
    const rune = Buffer.from(bytes.subarray(at, at + size)).toString("utf8");
    at += Math.max(1, size);
    if (size === 0) text += "\\ufffd";
    else if (rune === '"' || rune === "\\") text += `\\${rune}`;
    else if (rune in names) text += `\\${names[rune]}`;
    else if (rune < " " || "<>&\u2028\u2029".includes(rune))
      text += `\\u${rune.charCodeAt(0).toString(16).padStart(4, "0")}`;
    else text += rune;
  }
  return text;
}

function runeSize(bytes: Uint8Array, at: number): number {
  const utf8 = new PlainUtf8();
  for (let size = 1; at + size <= bytes.length; size++) {
    if (!utf8.feed(bytes[at + size - 1]!)) return 0;
    if (utf8.whole) return size;
  }
  return 0;
}
