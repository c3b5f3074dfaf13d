// RFC 7692 5.1, 7.1: which offers of permessage-deflate are taken, and with what answer.

import { describe, expect, test } from "bun:test";
import type { DeflateParameters } from "../../src/websocket/deflate-parameters.ts";
import { DEFAULTS, negotiate, SIZES } from "./deflate-negotiate.ts";

const WITHOUT_CONTEXT = { serverNoContextTakeover: true, clientNoContextTakeover: true };
const BOTH = "server_no_context_takeover; client_no_context_takeover";

interface Row {
  readonly section: string;
  /** What follows the name in the offer. */
  readonly offer: string;
  /** What follows it in the answer, where contexts may be kept; and how both read it. */
  readonly answer: string;
  readonly agreed: Partial<DeflateParameters>;
}

const GOOD: readonly Row[] = [
  { section: "7.1", offer: "", answer: "", agreed: {} },
  {
    section: "7.1.1.1",
    offer: "; server_no_context_takeover",
    answer: "; server_no_context_takeover",
    agreed: { serverNoContextTakeover: true },
  },
  {
    section: "7.1.1.2",
    offer: "; client_no_context_takeover",
    answer: "; client_no_context_takeover",
    agreed: { clientNoContextTakeover: true },
  },
  {
    section: "7.1.1",
    offer: "; client_no_context_takeover; server_no_context_takeover",
    answer: "; server_no_context_takeover; client_no_context_takeover",
    agreed: WITHOUT_CONTEXT,
  },
  { section: "7.1.2.2", offer: "; client_max_window_bits", answer: "", agreed: {} },
  ...SIZES.flatMap((bits): Row[] => [
    {
      section: "7.1.2.1",
      offer: `; server_max_window_bits=${bits}`,
      answer: `; server_max_window_bits=${bits}`,
      agreed: { serverMaxWindowBits: bits },
    },
    {
      section: "7.1.2.2",
      offer: `; client_max_window_bits=${bits}`,
      answer: `; client_max_window_bits=${bits}`,
      agreed: { clientMaxWindowBits: bits },
    },
    {
      section: "7.1.2.1",
      offer: `; client_max_window_bits; server_max_window_bits=${bits}`,
      answer: `; server_max_window_bits=${bits}`,
      agreed: { serverMaxWindowBits: bits },
    },
  ]),
  {
    section: "7.1.2",
    offer: "; client_max_window_bits=9; server_max_window_bits=12",
    answer: "; server_max_window_bits=12; client_max_window_bits=9",
    agreed: { serverMaxWindowBits: 12, clientMaxWindowBits: 9 },
  },
  {
    section: "RFC 6455 9.1",
    offer: '; server_max_window_bits="10"; client_max_window_bits="\\1\\1"',
    answer: "; server_max_window_bits=10; client_max_window_bits=11",
    agreed: { serverMaxWindowBits: 10, clientMaxWindowBits: 11 },
  },
  {
    section: "7.1.3",
    offer:
      ";server_max_window_bits=10;client_max_window_bits=11;server_no_context_takeover;client_no_context_takeover",
    answer: `; ${BOTH}; server_max_window_bits=10; client_max_window_bits=11`,
    agreed: { ...WITHOUT_CONTEXT, serverMaxWindowBits: 10, clientMaxWindowBits: 11 },
  },
];

describe("offers that are taken", () => {
  for (const { section, offer, answer, agreed } of GOOD) {
    test(`${section} permessage-deflate${offer}`, () => {
      expect(negotiate(`permessage-deflate${offer}`, true)).toEqual({
        parameters: { ...DEFAULTS, ...agreed },
        response: `permessage-deflate${answer}`,
      });
      // 7.1.1: without takeover both are answered, offered or not; the windows are the same.
      const windows = answer.split("; ").filter((word) => word.includes("window_bits"));
      expect(negotiate(`permessage-deflate${offer}`, false)).toEqual({
        parameters: { ...DEFAULTS, ...agreed, ...WITHOUT_CONTEXT },
        response: ["permessage-deflate", BOTH, ...windows].join("; "),
      });
    });
  }
});

/** No size of a window. */
const SIZES_WRONG = [
  "0",
  "1",
  "7",
  "16",
  "17",
  "31",
  "47",
  "99",
  "255",
  "256",
  "264",
  "08",
  "09",
  "010",
  "0x8",
  "0xf",
  "1e1",
  "+8",
  "-8",
  "-1",
  "8.0",
  "8.5",
  "99999999999999999999",
  "4294967304",
  "NaN",
  "Infinity",
  "true",
  "x",
  "8x",
  "x8",
];

describe("7.1 offers that are declined", () => {
  const BAD: Readonly<Record<string, readonly string[]>> = {
    "7.1.1.1 server_no_context_takeover with a value": [
      "server_no_context_takeover=1",
      "server_no_context_takeover=true",
      'server_no_context_takeover="15"',
    ],
    "7.1.1.2 client_no_context_takeover with a value": [
      "client_no_context_takeover=1",
      "client_no_context_takeover=false",
    ],
    "7.1.2.1 server_max_window_bits without a value": ["server_max_window_bits"],
    "7.1.2.1 server_max_window_bits that is not 8 to 15 (CVE-2026-2229)": SIZES_WRONG.map(
      (value) => `server_max_window_bits=${value}`,
    ),
    "7.1.2.2 client_max_window_bits that is not 8 to 15 (CVE-2026-2229)": SIZES_WRONG.map(
      (value) => `client_max_window_bits=${value}`,
    ),
    "7.1 quoted or not": ['server_max_window_bits="7"', 'client_max_window_bits="16"'],
    "7.1 an unknown parameter": [
      "x",
      "x=1",
      "max_window_bits=10",
      "server_max_window_bits=10; x",
      "x; server_no_context_takeover",
    ],
    "7.1 a parameter in another case": [
      "Server_No_Context_Takeover",
      "SERVER_MAX_WINDOW_BITS=10",
      "client_max_window_Bits",
    ],
    "7.1 a name that an object has of its own": [
      "__proto__",
      "__proto__=10",
      "constructor",
      "constructor=10",
      "prototype",
      "hasOwnProperty",
      "toString",
      "valueOf",
      "isPrototypeOf",
    ],
    "7.1 a parameter twice": [
      "server_no_context_takeover; server_no_context_takeover",
      "client_no_context_takeover; client_no_context_takeover",
      "server_max_window_bits=10; server_max_window_bits=10",
      "client_max_window_bits=10; client_max_window_bits=11",
      "client_max_window_bits; client_max_window_bits",
      "client_max_window_bits; client_max_window_bits=10",
      "client_max_window_bits=10; server_no_context_takeover; client_max_window_bits",
    ],
  };
  for (const [name, offers] of Object.entries(BAD)) {
    test(name, () => {
      for (const offer of offers) {
        for (const takeover of [false, true]) {
          expect(negotiate(`permessage-deflate; ${offer}`, takeover), offer).toBeNull();
        }
      }
    });

    test(`${name}: the next offer is looked at`, () => {
      for (const offer of offers) {
        const value = `permessage-deflate; ${offer}, permessage-deflate; server_max_window_bits=9`;
        expect(negotiate(value, true)?.response, offer).toBe(
          "permessage-deflate; server_max_window_bits=9",
        );
      }
    });
  }
});
