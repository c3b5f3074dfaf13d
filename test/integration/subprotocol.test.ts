// --subprotocol: what a client asks for, what it gets, and what the program is told (RFC 6455 4.2.2, 11.3.4).

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { rejection } from "../support/rejection.ts";
import { FOREIGN_CLIENTS } from "../support/server-foreign-clients.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** Tells the client what it was told, in brackets, and whether it was told at all. */
const TELL = ["sh", "-c", 'echo "[$WEBSOCKET_PROTOCOL]${WEBSOCKET_PROTOCOL+set}"'];

/** The answer's value for Sec-WebSocket-Protocol and what the program saw; for a refusal, its status line and body. */
async function ask(server: TestServer, ...fields: string[]) {
  using client = await RawClient.connect(server.port);
  client.write(requestHead({ fields }));
  const head = await client.head();
  const statusLine = head.split("\r\n")[0];
  const protocol = /^Sec-WebSocket-Protocol: (.*)$/im.exec(head)?.[1] ?? null;
  if (statusLine !== "HTTP/1.1 101 Switching Protocols") {
    const body = Buffer.from(await client.rest()).toString("latin1");
    return { refused: statusLine, protocol, body };
  }
  const told = await client.line();
  await client.settle();
  return { protocol, told };
}

function agreedOn(name: string | null) {
  return { protocol: name, told: `[${name ?? ""}]set` };
}

describe("--subprotocol=chat,superchat", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(["--subprotocol=chat,superchat", ...TELL]);
  });
  afterAll(async () => {
    await server.stop();
  });

  describe.each(FOREIGN_CLIENTS)("%s", (_name, open) => {
    test.each<[asked: string[], chosen: string]>([
      [["chat"], "chat"],
      [["superchat", "chat"], "superchat"],
      [["chat", "superchat"], "chat"],
      [["mqtt", "superchat"], "superchat"],
      [[], ""],
    ])("asks for %j", async (asked, chosen) => {
      using client = await open(server.url, asked);
      expect(client.protocol).toBe(chosen);
      expect(await client.message()).toBe(`[${chosen}]set`);
      expect(await client.closed()).toMatchObject({ code: 1000 });
    });
  });

  test.each<[fields: string[], chosen: string | null]>([
    [[], null],
    // 4.2.2 (5.5): none that the client did not ask for; it may then fail the connection.
    [["mqtt"], null],
    [["Chat, SUPERCHAT"], null],
    [["superchat , chat"], "superchat"],
    // 11.3.4: "The |Sec-WebSocket-Protocol| header field MAY appear multiple times".
    [["mqtt", "superchat", "chat"], "superchat"],
  ])("fields of %j", async (values, chosen) => {
    const fields = values.map((value) => `Sec-WebSocket-Protocol: ${value}`);
    expect(await ask(server, ...fields)).toEqual(agreedOn(chosen));
  });

  test.each(["", "chat, chat", "chat superchat", "chat;q=1", '"chat"'])(
    "4.1 (10) %j is answered 400",
    async (value) => {
      expect(await ask(server, `Sec-WebSocket-Protocol: ${value}`)).toEqual({
        refused: "HTTP/1.1 400 Bad Request",
        protocol: null,
        body: "Sec-WebSocket-Protocol must be a list of tokens, each once.\n",
      });
    },
  );

  test("4.1 (10) a name twice in two fields is answered 400", async () => {
    const fields = ["Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: chat"];
    expect(await ask(server, ...fields)).toMatchObject({ refused: "HTTP/1.1 400 Bad Request" });
  });
});

test("without --subprotocol none is agreed on, and the program is told so", async () => {
  await using server = await startServer(TELL);
  expect(await ask(server, "Sec-WebSocket-Protocol: chat")).toEqual(agreedOn(null));
  expect(await ask(server)).toEqual(agreedOn(null));
});

test("a field of the client's does not stand for what was agreed on", async () => {
  await using server = await startServer(["--subprotocol=chat", ...TELL]);
  const fields = ["WebSocket-Protocol: evil", "WEBSOCKET_PROTOCOL: evil"];
  expect(await ask(server, ...fields)).toEqual(agreedOn(null));
});

describe("--subprotocol-required", () => {
  let server: TestServer;
  beforeAll(async () => {
    const words = ["--subprotocol=chat,superchat", "--subprotocol-required"];
    server = await startServer([...words, ...TELL]);
  });
  afterAll(async () => {
    await server.stop();
  });

  test.each<[asked: string, fields: string[]]>([
    ["none", []],
    ["another", ["Sec-WebSocket-Protocol: mqtt"]],
    ["one in another case", ["Sec-WebSocket-Protocol: CHAT"]],
  ])(
    "who asks for %s is answered 400 with those that are spoken, and no program is started",
    async (_asked, fields) => {
      expect(await ask(server, ...fields)).toEqual({
        refused: "HTTP/1.1 400 Bad Request",
        protocol: null,
        body: "This server speaks only chat, superchat: send Sec-WebSocket-Protocol.\n",
      });
      expect(server.services).toEqual([]);
    },
  );

  test.each(FOREIGN_CLIENTS)("%s is let in by asking for one", async (_name, open) => {
    expect(await rejection(open(server.url))).toContain("it did not open");
    using client = await open(server.url, ["mqtt", "superchat"]);
    expect(client.protocol).toBe("superchat");
    expect(await client.message()).toBe("[superchat]set");
    expect(await client.closed()).toMatchObject({ code: 1000 });
  });
});
