// Cases: what goes through, as text and as bytes (PARITY 1.5).

import { type ParityCase, type Setup, type Step, upgrade } from "./case.ts";
import { type Differences, EXITS_0 } from "./rows.ts";

/** Masked with 37fa213d, as in RFC 6455 5.7. */
const BINARY_BIN = "828337fa213d75b36f";
const FRAGMENTS_H_C = ["018137fa213d5f", "008037fa213d", "808137fa213d54"];
const PING_A = "898137fa213d56";
const PONG_A = "8a8137fa213d56";
const TEXT_FF_FE = "818237fa213dc804";
const TEXT_H_IN_16_BITS = "81fe000137fa213d5f";

/** Sends, and one message more, so that what did not come is known not to come. */
function echo(name: string, steps: readonly Step[], differs: Differences = {}): ParityCase {
  return { name, steps: [upgrade(), ...steps, { text: "end" }, { until: "end" }], differs };
}

/** Breaks the protocol. websocketd does not wait for the answer to its Close: how TCP ends is left to chance. */
function violation(name: string, hex: string, differs: Differences = {}): ParityCase {
  return {
    name,
    observe: ["status", "close", "messages"],
    steps: [upgrade(), { hex }, { over: true }],
    differs: { reason: ["close-reasons", /^[a-z].{10,}$/i], ...differs },
  };
}

const NO_REASON: Differences = { reason: ["close-reasons", ""] };

const TEXT: Setup = {
  name: "echo",
  command: ["cat"],
  cases: [
    echo("text", [{ text: "hello" }]),
    echo("an empty message", [{ text: "" }]),
    echo("line feeds in a message", [{ text: "a\nb\n" }]),
    echo("carriage returns", [{ text: "a\r" }, { text: "b\rc" }, { text: "\r\n" }]),
    echo("every width of UTF-8, and NUL", [{ text: "a \u00fc \u20ac \u{1f600} \u0000." }]),
    echo("100,000 bytes", [{ text: "x".repeat(100_000) }]),
    echo("fragments, one of them empty", [{ hex: FRAGMENTS_H_C.join("") }]),
    echo("a Ping between fragments", [
      { hex: FRAGMENTS_H_C.slice(0, 1).join("") + PING_A + FRAGMENTS_H_C.slice(1).join("") },
    ]),
    echo("two Pings at once", [{ hex: PING_A + PING_A }, { text: "x" }], {
      pongs: ["one-pong", ["a"]],
    }),
    echo("Pings", [{ ping: "are you there" }, { pongs: 1 }, { ping: "" }, { pongs: 2 }]),
    echo("a Pong that nobody asked for", [{ hex: PONG_A }]),
    echo("a binary message", [{ hex: BINARY_BIN }], {
      messages: ["binary-in-text", ["BIN", "end"]],
    }),
    {
      name: "text that is not UTF-8",
      observe: ["close", "messages"],
      steps: [upgrade(), { hex: TEXT_FF_FE }, { text: "end" }, { until: "end" }],
      differs: { close: ["invalid-utf8-in", 1007], messages: ["invalid-utf8-in", []] },
    },
    {
      name: "a length in more bytes than it needs",
      observe: ["close", "messages"],
      steps: [upgrade(), { hex: TEXT_H_IN_16_BITS }, { messages: 1 }],
      differs: { close: ["strict-frames", 1002], messages: ["strict-frames", []] },
    },
  ],
};

const VIOLATIONS: Setup = {
  name: "violations",
  command: ["cat"],
  cases: [
    violation("no mask", "810161"),
    violation("a reserved bit", "c18137fa213d5f"),
    violation("a reserved opcode", "838137fa213d5f"),
    violation("a Ping of 126 bytes", "89fe007e37fa213d" + "00".repeat(126)),
    violation("a Ping in fragments", "098137fa213d5f"),
    violation("a continuation of nothing", "808137fa213d5f"),
    violation("a message inside of a fragmented one", "018137fa213d5f818137fa213d5f"),
    violation("a Close with the code 1006", "888237fa213d3414"),
    violation("a Close with a reason that is not UTF-8", "888337fa213d3412de", {
      close: ["strict-frames", 1007],
    }),
    violation("a Close of one byte", "888137fa213d34", { close: ["strict-frames", 1002] }),
    violation("the top bit of a 64-bit length", "81ff800000000000000037fa213d", {
      close: ["strict-frames", 1002],
    }),
    {
      ...violation("a Close with the code 1014", "888237fa213d340c"),
      differs: { close: ["close-1014", 1014], ...NO_REASON },
    },
  ],
};

function output(name: string, command: readonly string[], differs: Differences = {}): Setup {
  const steps = [upgrade(), { over: true }] as const;
  return {
    name,
    command,
    cases: [{ name: "as messages", steps, differs: { ...EXITS_0, ...differs } }],
  };
}

const OUTPUT: readonly Setup[] = [
  output("line ends of every kind", ["printf", "a\\r\\n\\r\\nb\\n\\nc\\r\\r\\n"]),
  output("a last line without an end", ["printf", "a\\nlast"], {
    messages: ["last-line", ["a", "last"]],
  }),
  output("no output", ["true"]),
  output("output that is not UTF-8", ["printf", "\\377\\376\\nok\\n"], {
    messages: ["invalid-utf8-out", ["\ufffd\ufffd", "ok"]],
  }),
  output("a line of 100,000 bytes", ["sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x; echo"]),
];

const BINARY: readonly Setup[] = [
  {
    name: "--binary",
    options: ["--binary"],
    command: ["cat"],
    cases: [
      {
        name: "a binary message",
        read: "bytes",
        steps: [upgrade(), { hex: BINARY_BIN }, { bytes: 3 }],
      },
      {
        name: "two of them",
        read: "bytes",
        steps: [upgrade(), { hex: BINARY_BIN + BINARY_BIN }, { bytes: 6 }],
      },
      {
        name: "a text message, then a binary one",
        read: "bytes",
        steps: [upgrade(), { text: "T" }, { hex: BINARY_BIN }, { bytes: 4 }],
        differs: { bytes: ["text-in-binary", Buffer.from("TBIN").toHex()] },
      },
    ],
  },
  {
    name: "--binary, output",
    options: ["--binary=true"],
    command: ["printf", "a\\r\\nb\\377"],
    cases: [
      {
        name: "as it was written",
        read: "bytes",
        steps: [upgrade(), { over: true }],
        differs: EXITS_0,
      },
    ],
  },
];

const SIZES: Setup = {
  name: "a message of more than 1 MiB",
  command: ["wc", "-c"],
  cases: [
    {
      name: "without an option",
      observe: ["close"],
      steps: [upgrade(), { text: "x".repeat(1_048_577) }, { close: 1000 }, { over: true }],
      differs: { close: ["maxframesize-default", 1009] },
    },
  ],
};

export const DATA_SETUPS: readonly Setup[] = [TEXT, VIOLATIONS, ...OUTPUT, ...BINARY, SIZES];
