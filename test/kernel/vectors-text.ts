// RFC 6455 5.6, 8.1, RFC 3629: text that is UTF-8 and text that is not, as client frames in hex.

import { OUTCOME } from "../support/plain-decoder.ts";
import type { Vector } from "./vectors.ts";

/** A text message; `illegal` is what stands from the byte on that cannot be UTF-8. */
function text(name: string, legal: string, illegal = ""): Vector {
  const payload = `${legal} ${illegal}`;
  const length = payload.replaceAll(" ", "").length / 2;
  const hex = `8181 00000000 2e 81${(0x80 + length).toString(16)} 00000000 ${payload}`;
  if (illegal === "") return { name, hex, output: `2e 0a ${legal} 0a`, messages: 2 };
  return { name, hex, output: `2e 0a ${legal}`, messages: 1, outcome: OUTCOME.INVALID_UTF8 };
}

export const TEXT: readonly Vector[] = [
  text("8.1 Greek, two bytes a letter and three", "ceba e1bdb9 cf83 cebc ceb5"),
  text(
    "8.1 the least and the greatest of each width",
    "00 7f c280 dfbf e0a080 efbfbf f0908080 f48fbfbf",
  ),
  text("8.1 on both sides of the surrogates", "ed9fbf ee8080"),
  text("8.1 noncharacters are characters here", "efbfbe f09fbfbe"),
  text("8.1 a byte order mark is kept", "efbbbf 61"),
  text("8.1 a lone continuation byte", "", "80"),
  text("8.1 overlong, two bytes", "", "c0af"),
  text("8.1 overlong, two bytes, the greatest", "", "c1bf"),
  text("8.1 overlong, three bytes", "e0", "9fbf"),
  text("8.1 overlong, four bytes", "f0", "8fbfbf"),
  text("8.1 the first surrogate", "ed", "a080"),
  text("8.1 the last surrogate", "ed", "bfbf"),
  text("8.1 above U+10FFFF", "f4", "908080"),
  text("8.1 a first byte above F4", "", "f5808080"),
  text("8.1 a first byte of six", "", "fc8080808080"),
  text("8.1 FF", "", "ff"),
  text("8.1 a code point broken off by ASCII", "e282", "61"),
  text("8.1 a code point broken off by the next", "f09f98", "c3a9"),
  text("8.1 a continuation byte too many", "c2a9", "a9"),
  text("8.1 bad behind a vector of ASCII", "61".repeat(17), "c0"),
  text("8.1 bad behind a vector of letters", "c3a9".repeat(17), "ff61"),
  {
    name: "8.1 a code point unfinished at the message's end",
    hex: "8183 00000000 61e282",
    output: "61e282",
    outcome: OUTCOME.INVALID_UTF8,
  },
  {
    name: "8.1 a code point unfinished at an empty last fragment",
    hex: "0182 00000000 e282 8080 00000000",
    output: "e282",
    outcome: OUTCOME.INVALID_UTF8,
  },
  {
    name: "5.6 a code point over three fragments, a Ping in it",
    hex: "0182 37fa213d 5618 8982 00000000 e282 0081 00000000 82 8081 37fa213d 9b",
    output: "61e2 82 ac 0a",
    controls: ["9 e282"],
    messages: 1,
  },
  {
    name: "8.1 judged before the frame has come whole",
    hex: "81fe fff0 00000000 e0a080 e09f",
    output: "e0a080 e0",
    outcome: OUTCOME.INVALID_UTF8,
    options: { messageSizeMax: 0 },
  },
  {
    name: "8.1 a bad fragment after a good one and a message",
    hex: "8181 00000000 2e 0183 37fa213d 7f9f4d 0082 00000000 6cff 8080 00000000",
    output: "2e 0a 48656c 6c",
    messages: 1,
    outcome: OUTCOME.INVALID_UTF8,
  },
];
