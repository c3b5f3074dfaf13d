// The real program with `cat`, used by clients that nobody here wrote: what is sent comes back, whole and in order.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { FOREIGN_CLIENTS } from "../support/server-foreign-clients.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

let server: TestServer;
beforeAll(async () => {
  server = await startServer(["cat"]);
});
afterAll(async () => {
  await server.stop();
});

describe.each(FOREIGN_CLIENTS)("%s", (_, open) => {
  test.each([
    ["text", "hello"],
    ["UTF-8 of two, three and four bytes", "Gr\u00fc\u00dfe, \u4e16\u754c, \u{1F600}\u{10FFFF}"],
    ["an empty message", ""],
    ["blanks and control bytes other than the newline", " \t\0\x01\x7f\r x "],
  ])("%s", async (_name, text) => {
    using client = await open(server.url);
    client.send(text);
    expect(await client.message()).toBe(text);
  });

  test("a binary message is a record like a text", async () => {
    using client = await open(server.url);
    client.send(new TextEncoder().encode("as bytes"));
    client.send("as text");
    expect(await client.message()).toBe("as bytes");
    expect(await client.message()).toBe("as text");
  });

  test("a newline inside a message makes several lines", async () => {
    using client = await open(server.url);
    client.send("one\ntwo\r\n\nfour");
    const lines = [];
    for (let i = 0; i < 4; i++) lines.push(await client.message());
    expect(lines).toEqual(["one", "two", "", "four"]);
  });

  test.each([125, 126, 65_535, 65_536, 65_537, 100_000, 200_000, 1_048_576])(
    "a line of %d bytes arrives as one message",
    async (length) => {
      using client = await open(server.url);
      const text = "0123456789abcdef-".repeat(length / 17 + 1).slice(0, length);
      client.send(text);
      client.send("next");
      const back = await client.message();
      expect(back.length).toBe(length);
      expect(back === text).toBe(true);
      expect(await client.message()).toBe("next");
    },
  );

  test("20,000 messages in order", async () => {
    using client = await open(server.url);
    const count = 20_000;
    for (let i = 0; i < count; i++) client.send(`message ${i}`);
    for (let i = 0; i < count; i++) {
      const back = await client.message();
      if (back !== `message ${i}`) expect(back).toBe(`message ${i}`);
    }
  });

  test("its Close is answered with the same code", async () => {
    using client = await open(server.url);
    client.close(4001, "enough");
    expect((await client.closed()).code).toBe(4001);
    await server.logged(/ DISCONNECT .*code 4001/);
  });

  test("its Close without a code is answered", async () => {
    using client = await open(server.url);
    client.close();
    expect([1000, 1005]).toContain((await client.closed()).code);
  });

  test("twenty at once, each with a program of its own", async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => open(server.url)));
    for (const [i, client] of clients.entries()) client.send(`I am ${i}`);
    const back = await Promise.all(clients.map((client) => client.message()));
    expect(back).toEqual(clients.map((_client, i) => `I am ${i}`));
    for (const client of clients) client.close(1000);
    await Promise.all(clients.map((client) => client.closed()));
  });
});
