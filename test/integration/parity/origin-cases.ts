// Cases: which Origins are let in (PARITY 1.4).

import { type ParityCase, type Setup, upgrade } from "./case.ts";
import { REFUSED, status } from "./rows.ts";

/** A Host and an Origin. What differs is the status that websockd gives, by the row. */
type OriginRow = readonly [
  origin: string | null,
  difference?: readonly [string, number],
  host?: string,
];

/** `refused`: by both programs. */
function origins(rows: {
  readonly open?: readonly (string | null)[];
  readonly refused?: readonly (string | null)[];
  readonly differ?: readonly OriginRow[];
}): ParityCase[] {
  const { open = [], refused = [], differ = [] } = rows;
  return [
    ...open.map((origin) => originCase([origin])),
    ...refused.map((origin) => ({ ...originCase([origin]), differs: REFUSED })),
    ...differ.map(originCase),
  ];
}

function originCase([origin, difference, host = "localhost:{port}"]: OriginRow): ParityCase {
  const fields = [`Host: ${host}`, ...(origin === null ? [] : [`Origin: ${origin}`])];
  const differs = difference === undefined ? {} : status(...difference);
  const name = origin === null ? "no Origin" : `${host}: "${origin}"`;
  return { name, steps: [upgrade({ fields })], differs };
}

const SAME = "http://localhost:{port}";
const FOREIGN = [
  "http://localhost",
  "http://other.example",
  "https://other.example:8443",
  "null",
  "file://",
  "localhost:8080",
  "*",
  "chrome-extension://abc",
  "http://[::1]:{port}",
];
const NO_URLS = ["example.com", "http://a b"];

export const ORIGIN_SETUPS: readonly Setup[] = [
  {
    name: "Origin, without an option",
    command: ["cat"],
    cases: origins({
      open: [null, "", SAME, "https://localhost:{port}", "http://LOCALHOST:{port}"],
      refused: NO_URLS,
      differ: FOREIGN.map((origin) => [origin, ["origin-default", 403]] as const),
    }),
  },
  {
    name: "Origin, as websocketd",
    command: ["cat"],
    websockdOptions: ["--as-websocketd"],
    cases: origins({ open: [null, "", SAME, ...FOREIGN], refused: NO_URLS }),
  },
  {
    name: "--origin=*",
    options: ["--origin=*"],
    command: ["cat"],
    cases: origins({
      differ: [null, SAME, ...FOREIGN, ...NO_URLS].map(
        (origin) => [origin, ["origin-star", 101]] as const,
      ),
    }),
  },
  {
    name: "--sameorigin",
    options: ["--sameorigin"],
    command: ["cat"],
    cases: origins({
      open: [SAME, "https://localhost:{port}"],
      refused: [null, "", ...FOREIGN, ...NO_URLS],
      differ: [
        ["http://LOCALHOST:{port}", ["sameorigin-case", 101]],
        ["http://example.com", ["sameorigin-case", 101], "Example.com"],
        ["http://example.com", undefined, "example.com"],
        ["https://example.com", ["sameorigin-proxy", 101], "example.com"],
        ["http://[::1]:{port}", undefined, "[::1]:{port}"],
      ],
    }),
  },
  {
    name: "--origin with a list",
    options: ["--origin=example.com,https://sec.com,portly.com:81,*.wild.example"],
    command: ["cat"],
    cases: origins({
      open: [
        "http://example.com",
        "https://example.com",
        "http://example.com:8080",
        "https://sec.com",
        "https://sec.com:99",
        "http://portly.com:81",
        "https://portly.com:81",
      ],
      refused: [
        null,
        "",
        SAME,
        ...FOREIGN,
        ...NO_URLS,
        "http://sec.com",
        "http://portly.com",
        "http://x.example.com",
      ],
      differ: [["http://x.wild.example", ["origin-patterns", 101]]],
    }),
  },
  {
    name: "--origin=null",
    options: ["--origin=null"],
    command: ["cat"],
    cases: origins({ refused: [null, "file://", SAME], differ: [["null", ["origin-names", 101]]] }),
  },
  {
    name: "--origin=file://",
    options: ["--origin=file://"],
    command: ["cat"],
    cases: origins({
      refused: ["null", SAME],
      differ: [
        [null, ["origin-names", 101]],
        ["", ["origin-names", 101]],
        ["file://", ["origin-names", 101]],
      ],
    }),
  },
  {
    name: "--sameorigin and --origin",
    options: ["--sameorigin", "--origin=localhost,other.example"],
    command: ["cat"],
    cases: origins({
      open: [SAME],
      refused: [null, "http://localhost", "http://other.example"],
      differ: [["http://LOCALHOST:{port}", ["sameorigin-case", 101]]],
    }),
  },
];
