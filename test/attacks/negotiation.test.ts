// Handshakes that ask for the impossible: each is answered, and the next client is served as ever.

import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { LONG_LISTS } from "../support/long-lists.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const OFFER = "permessage-deflate; server_max_window_bits=10";

let server: TestServer;
beforeAll(async () => {
  server = await startServer(["--compress=takeover", "--subprotocol=chat,superchat", "cat"]);
});
afterAll(async () => {
  await server.stop();
});

/** A client that asks for what there is gets it, after whatever came before. */
afterEach(async () => {
  const fields = ["Sec-WebSocket-Protocol: superchat", `Sec-WebSocket-Extensions: ${OFFER}`];
  const { client, lines } = await ask(fields);
  expect(lines.slice(4)).toEqual(fields);
  await echoes(client);
});

/** Sends the handshake as it is. Returns the lines of the answer's head; the caller ends the client. */
async function ask(fields: readonly string[]): Promise<{ client: RawClient; lines: string[] }> {
  const client = await RawClient.connect(server.port);
  client.write(requestHead({ fields }));
  const head = await client.head();
  return { client, lines: head.split("\r\n").filter((line) => line !== "") };
}

/** The session works; it is ended. */
async function echoes(client: RawClient): Promise<void> {
  using open = client;
  open.text("still here");
  expect(await client.line()).toBe("still here");
  client.close(1000);
  expect(await client.farewell()).toMatchObject({ code: 1000 });
}

const AGREED_TO_NOTHING = [
  "HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  expect.stringMatching(/^Sec-WebSocket-Accept: /),
];

/** Answered 101 without an extension or a subprotocol, and so it works. */
async function isAgreedToNothing(...fields: string[]): Promise<void> {
  const { client, lines } = await ask(fields);
  expect(lines).toEqual(AGREED_TO_NOTHING);
  await echoes(client);
}

async function isRefused(...fields: string[]): Promise<void> {
  const { client, lines } = await ask(fields);
  using open = client;
  expect(lines[0]).toBe("HTTP/1.1 400 Bad Request");
  expect(lines.join("\n")).not.toContain("X-Evil");
  expect(await open.ended()).toBe("eof");
}

describe("CVE-2021-32640: a list that is read in quadratic time", () => {
  for (const [name, value] of Object.entries(LONG_LISTS)) {
    test(`15 KiB of ${name}, as subprotocols and as extensions, 20 times each`, async () => {
      for (const field of ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"]) {
        for (let time = 0; time < 20; time++) {
          const { client, lines } = await ask([`${field}: ${value}`]);
          expect(lines[0]).toMatch(/^HTTP\/1\.1 (?:101|400) /);
          client.reset();
        }
      }
    });
  }

  test("thousands of subprotocols, none of which is spoken", async () => {
    const names = Array.from({ length: 2500 }, (_, i) => `p${i}`);
    await isAgreedToNothing(`Sec-WebSocket-Protocol: ${names.join(",")}`);
  });

  test("the one that is spoken behind thousands that are not", async () => {
    const names = Array.from({ length: 2500 }, (_, i) => `p${i}`);
    const { client, lines } = await ask([`Sec-WebSocket-Protocol: ${names.join(",")},chat`]);
    expect(lines.slice(4)).toEqual(["Sec-WebSocket-Protocol: chat"]);
    await echoes(client);
  });
});

describe("CVE-2026-2229: window bits out of range", () => {
  const PARAMETERS = ["server_max_window_bits", "client_max_window_bits"];

  for (const value of ["0", "7", "16", "99999999999999999999", "-1", "08", '"7"', '"\\1\\6"']) {
    test(`${value} is declined`, async () => {
      for (const parameter of PARAMETERS) {
        await isAgreedToNothing(
          `Sec-WebSocket-Extensions: permessage-deflate; ${parameter}=${value}`,
        );
      }
    });
  }

  for (const value of ["", '""', '"-"1', '"']) {
    test(`${value || "nothing"} is no value: RFC 6455 9.1, the handshake fails`, async () => {
      for (const parameter of PARAMETERS) {
        await isRefused(`Sec-WebSocket-Extensions: permessage-deflate; ${parameter}=${value}`);
      }
    });
  }

  test("250 offers out of range, then one within", async () => {
    const offers = Array.from({ length: 250 }, (_, i) => {
      return `permessage-deflate;server_max_window_bits=${16 + i}`;
    });
    const { client, lines } = await ask([`Sec-WebSocket-Extensions: ${[...offers, OFFER].join()}`]);
    expect(lines.slice(4)).toEqual([`Sec-WebSocket-Extensions: ${OFFER}`]);
    await echoes(client);
  });

  test("what was declined is not spoken: RSV1 breaks the protocol", async () => {
    const { client } = await ask([
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7",
    ]);
    using open = client;
    open.hex("c1 82 00000000 0300");
    expect(await client.farewell()).toMatchObject({ code: 1002 });
  });
});

describe("prototype names", () => {
  const NAMES = ["__proto__", "constructor", "hasOwnProperty", "toString", "prototype"];

  for (const name of NAMES) {
    test(`${name} as a parameter, an extension and a subprotocol`, async () => {
      await isAgreedToNothing(`Sec-WebSocket-Extensions: permessage-deflate; ${name}`);
      await isAgreedToNothing(`Sec-WebSocket-Extensions: permessage-deflate; ${name}=10`);
      await isAgreedToNothing(`Sec-WebSocket-Extensions: ${name}; ${name}; ${name}=${name}`);
      await isAgreedToNothing(`Sec-WebSocket-Protocol: ${name}`);
    });
  }
});

describe("a quoted value that does not end", () => {
  // The second was once read beyond its end, for ever.
  for (const value of ['a; b="', 'a; b="\\', 'a; b="\\\\\\', 'a; b="c\\"', 'a; b="c, d; e']) {
    test(value, () => isRefused(`Sec-WebSocket-Extensions: ${value}`));
  }
});

describe("CR and LF in what is echoed", () => {
  for (const end of ["\r", "\n", "\x85", "\0", "%0d%0a", "\\r\\n"]) {
    const shown = JSON.stringify(end);
    test(`${shown} within a subprotocol`, () =>
      isRefused(`Sec-WebSocket-Protocol: chat${end}X-Evil: 1`));

    test(`${shown} within an extension`, () =>
      isRefused(`Sec-WebSocket-Extensions: ${OFFER}${end}X-Evil: 1`));
  }
});
