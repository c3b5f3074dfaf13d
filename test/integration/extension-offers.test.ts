// --compress: which offers of permessage-deflate a running server takes, and with what answer (RFC 7692 7.1).

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const BOTH = "server_no_context_takeover; client_no_context_takeover";

/** The values of Sec-WebSocket-Extensions in the 101, or the status of another answer. A session must work after a 101. */
async function answer(
  server: TestServer,
  ...offers: string[]
): Promise<readonly string[] | number> {
  using client = await RawClient.connect(server.port);
  client.write(
    requestHead({ fields: offers.map((value) => `Sec-WebSocket-Extensions: ${value}`) }),
  );
  const head = await client.head();
  const status = Number(head.split(" ")[1]);
  if (status !== 101) return status;
  client.text("echo");
  expect(await client.line()).toBe("echo");
  client.close(1000);
  await client.farewell();
  return [...head.matchAll(/^Sec-WebSocket-Extensions: (.*)$/gim)].map((match) => match[1]!.trim());
}

interface Row {
  readonly offers: readonly string[];
  /** What is answered by --compress=on and by --compress=takeover; null: nothing. */
  readonly on: string | null;
  readonly takeover: string | null;
}

const ROWS: readonly Row[] = [
  { offers: [], on: null, takeover: null },
  { offers: ["x-unknown; a=1"], on: null, takeover: null },
  {
    offers: ["permessage-deflate"],
    on: `permessage-deflate; ${BOTH}`,
    takeover: "permessage-deflate",
  },
  {
    // What browsers send.
    offers: ["permessage-deflate; client_max_window_bits"],
    on: `permessage-deflate; ${BOTH}`,
    takeover: "permessage-deflate",
  },
  {
    offers: [`permessage-deflate; ${BOTH}; server_max_window_bits=8; client_max_window_bits=15`],
    on: `permessage-deflate; ${BOTH}; server_max_window_bits=8; client_max_window_bits=15`,
    takeover: `permessage-deflate; ${BOTH}; server_max_window_bits=8; client_max_window_bits=15`,
  },
  {
    offers: ['permessage-deflate; server_max_window_bits="9"'],
    on: `permessage-deflate; ${BOTH}; server_max_window_bits=9`,
    takeover: "permessage-deflate; server_max_window_bits=9",
  },
  { offers: ["permessage-deflate; server_max_window_bits=16"], on: null, takeover: null },
  { offers: ["permessage-deflate; unknown"], on: null, takeover: null },
  {
    // RFC 6455 9.1: several fields are as one, and their order is the client's.
    offers: ["x-unknown, permessage-deflate; x", "permessage-deflate; client_max_window_bits=10"],
    on: `permessage-deflate; ${BOTH}; client_max_window_bits=10`,
    takeover: "permessage-deflate; client_max_window_bits=10",
  },
];

const MALFORMED = ["", "permessage-deflate;", "permessage-deflate; =15", 'a; b="c d"', 'a; b="\\'];

describe.each(["off", "on", "takeover"] as const)("--compress=%s", (mode) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer([`--compress=${mode}`, "cat"]);
  });
  afterAll(async () => {
    await server.stop();
  });

  for (const { offers, ...answers } of ROWS) {
    const expected = mode === "off" ? null : answers[mode];
    test(`${JSON.stringify(offers)} is answered with ${expected ?? "none"}`, async () => {
      expect(await answer(server, ...offers)).toEqual(expected === null ? [] : [expected]);
    });
  }

  for (const value of MALFORMED) {
    test(`RFC 6455 9.1 ${JSON.stringify(value)} is answered 400`, async () => {
      expect(await answer(server, value)).toBe(400);
    });
  }
});
