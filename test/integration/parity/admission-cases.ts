// Cases: who is let in, and what the others are told (PARITY 1.4).

import { ask, type ParityCase, type RequestParts, type Setup, upgrade } from "./case.ts";
import { type Differences, NOSNIFF, REFUSED, status } from "./rows.ts";

function handshake(name: string, parts: RequestParts, differs: Differences = {}): ParityCase {
  return { name, steps: [upgrade(parts)], differs };
}

const UPGRADE_REQUIRED: Differences = {
  ...status("upgrade-required", 426),
  "header upgrade": ["upgrade-required", "websocket"],
};

const HANDSHAKES: Setup = {
  name: "handshakes",
  command: ["cat"],
  cases: [
    { name: "a plain GET", steps: [ask()] },
    { name: "a plain POST", steps: [ask({ method: "POST", body: "x=1" })] },
    { name: "a plain HEAD", steps: [ask({ method: "HEAD" })] },
    handshake("as it should be", {}),
    handshake("no Upgrade", { without: ["upgrade"] }),
    handshake("Upgrade: h2c", { fields: ["Upgrade: h2c"] }),
    handshake("Upgrade: WebSocket", { fields: ["Upgrade: WebSocket"] }),
    handshake(
      "a list in Upgrade",
      { fields: ["Upgrade: h2c, websocket"] },
      {
        ...status("upgrade-list", 101),
      },
    ),
    handshake("no Connection", { without: ["connection"] }, UPGRADE_REQUIRED),
    handshake("Connection: close", { fields: ["Connection: close"] }, UPGRADE_REQUIRED),
    handshake("a list in Connection", { fields: ["Connection: keep-alive, upgrade"] }),
    handshake("version 8", { fields: ["Sec-WebSocket-Version: 8"] }, UPGRADE_REQUIRED),
    handshake("no version", { without: ["sec-websocket-version"] }, UPGRADE_REQUIRED),
    handshake(
      "POST",
      { method: "POST" },
      {
        ...REFUSED,
        "header allow": ["allow", "GET"],
      },
    ),
    handshake("no key", { without: ["sec-websocket-key"] }, REFUSED),
    handshake("an empty key", { fields: ["Sec-WebSocket-Key:"] }, REFUSED),
    handshake(
      "a key that is no 16 bytes",
      { fields: ["Sec-WebSocket-Key: c2hvcnQ="] },
      {
        ...status("strict-key", 400),
      },
    ),
    handshake("subprotocols are asked for", { fields: ["Sec-WebSocket-Protocol: a, b"] }),
    handshake("extensions are offered", {
      fields: ["Sec-WebSocket-Extensions: permessage-deflate"],
    }),
  ],
};

export const ADMISSION_SETUPS: readonly Setup[] = [
  HANDSHAKES,
  {
    name: "--maxforks",
    options: ["--maxforks=1"],
    command: ["cat"],
    cases: [
      {
        name: "one too many",
        steps: [upgrade(), { beside: [upgrade()] }],
        differs: { "beside header retry-after": ["retry-after", "1"] },
      },
    ],
  },
  {
    name: "requests on one connection",
    command: ["cat"],
    cases: [
      {
        name: "how many of two are answered",
        steps: [{ pipelined: [ask({ fields: ["Connection: keep-alive"] }), ask()] }],
        differs: { answers: ["one-request", 1] },
      },
    ],
  },
  {
    name: "what is no HTTP",
    command: ["cat"],
    cases: [
      { name: "a line of text", steps: [{ request: "hello\r\n\r\n" }], differs: NOSNIFF },
      { name: "HTTP/0.9", steps: [{ request: "GET /\r\n\r\n" }], differs: NOSNIFF },
      {
        name: "HTTP/2.0 in words",
        steps: [{ request: "GET / HTTP/2.0\r\nHost: x\r\n\r\n" }],
        differs: NOSNIFF,
      },
      {
        name: "a field without a colon",
        steps: [{ request: "GET / HTTP/1.1\r\nHost: x\r\nbad\r\n\r\n" }],
        differs: NOSNIFF,
      },
      {
        name: "a blank before the colon",
        steps: [{ request: "GET / HTTP/1.1\r\nHost : x\r\n\r\n" }],
        differs: NOSNIFF,
      },
      {
        name: "two Hosts",
        steps: [{ request: "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" }],
        differs: NOSNIFF,
      },
    ],
  },
];
