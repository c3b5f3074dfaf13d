// --proxy-protocol with the real program: whose connection it then is, and what becomes of those without a header.

import { connect } from "node:net";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { binaryHeader, TLV_SSL } from "../support/proxy-header.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { seenVariables, variablesIn } from "../support/seen-variables.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { descriptorsOf, unreadFrom } from "../support/server-processes.ts";
import { PROGRAM, startServer, TEST_TIMEOUT_MS, TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const OPTIONS = ["--trusted-proxy=127.0.0.1", "--proxy-protocol"];
const LINE = Buffer.from("PROXY TCP4 192.0.2.9 198.51.100.3 4711 443\r\n");
const UNKNOWN = Buffer.from("PROXY UNKNOWN\r\n");
const ssl = (flags: number) => [TLV_SSL, Uint8Array.of(flags, 0, 0, 0, 0)] as const;
const BINARY = binaryHeader({ tlvs: [ssl(1)], sum: true });

async function openWith(
  server: { port: number },
  header: Uint8Array,
  ...fields: string[]
): Promise<RawClient> {
  const client = await RawClient.connect(server.port);
  client.write(Buffer.concat([header, Buffer.from(requestHead({ fields }))]));
  expect(await client.head()).toStartWith("HTTP/1.1 101 ");
  return client;
}

/** Some variables of a program whose client came with that header. */
async function seen(
  server: { port: number },
  header: Uint8Array,
  ...fields: string[]
): Promise<Record<string, string | undefined>> {
  using client = await openWith(server, header, ...fields);
  const variables = await seenVariables(client);
  const names = ["REMOTE_ADDR", "REMOTE_PORT", "REMOTE_HOST", "HTTPS", "SERVER_PORT"];
  return Object.fromEntries(names.map((name) => [name, variables.get(name)]));
}

test("the client is whom the header names: for the program and the log", async () => {
  await using server = await startServer([...OPTIONS, "env"]);
  const client = { REMOTE_ADDR: "192.0.2.9", REMOTE_PORT: "4711", REMOTE_HOST: "192.0.2.9" };
  expect(await seen(server, LINE)).toEqual({ ...client, HTTPS: undefined, SERVER_PORT: "80" });
  expect(await server.logged(/ CONNECT /)).toContain(" peer=192.0.2.9:4711 ");
  expect(await seen(server, BINARY)).toEqual({ ...client, HTTPS: "on", SERVER_PORT: "443" });
});

test("--maxforks-per-ip is of whom the header names", async () => {
  await using server = await startServer([...OPTIONS, "--maxforks-per-ip=1", "cat"]);
  using _ = await openWith(server, LINE);
  using second = await RawClient.connect(server.port);
  second.write(Buffer.concat([BINARY, Buffer.from(requestHead())]));
  expect(await second.head()).toStartWith("HTTP/1.1 429 ");
  using other = await openWith(server, Buffer.from("PROXY TCP4 192.0.2.8 192.0.2.1 1 2\r\n"));
  other.text("me too");
  expect(await other.line()).toBe("me too");
});

test("a head that is refused is told of as the client's, too", async () => {
  await using server = await startServer([...OPTIONS, "env"]);
  using client = await RawClient.connect(server.port);
  client.write(Buffer.concat([LINE, LINE, Buffer.from("\r\n")])); // a second header is no request
  expect(await client.head()).toStartWith("HTTP/1.1 400 ");
  expect(await server.logged(/ REFUSED /)).toContain(" peer=192.0.2.9:4711 ");
});

test("who the header does not name is the peer, and its fields are not believed", async () => {
  await using server = await startServer([...OPTIONS, "env"]);
  const unspecified = binaryHeader({ family: 0, addresses: new Uint8Array() });
  const local = binaryHeader({ command: 0x20 });
  for (const header of [UNKNOWN, unspecified, local]) {
    const variables = await seen(server, header, "X-Forwarded-For: 203.0.113.9");
    expect(variables["REMOTE_ADDR"]).toBe("127.0.0.1");
  }
  const unix = binaryHeader({ family: 0x31, addresses: new Uint8Array(216) });
  const variables = await seen(server, unix, "X-Forwarded-For: 203.0.113.9");
  expect(variables).toMatchObject({ REMOTE_ADDR: "unix-socket", REMOTE_PORT: "" });
});

test("whom it names is believed about others when it is trusted itself", async () => {
  const options = ["--trusted-proxy=127.0.0.1,198.51.100.7", "--proxy-protocol"];
  await using server = await startServer([...options, "env"]);
  const field = "X-Forwarded-For: 203.0.113.9";
  expect(await seen(server, LINE, field)).toMatchObject({ REMOTE_ADDR: "192.0.2.9" });
  const inner = Buffer.from("PROXY TCP4 198.51.100.7 198.51.100.3 4711 443\r\n");
  expect(await seen(server, inner, field)).toMatchObject({ REMOTE_ADDR: "203.0.113.9" });
});

describe("a header in two pieces, at every place", () => {
  for (const [name, header] of [
    ["version 1", LINE],
    ["version 2", BINARY],
  ] as const) {
    test(name, async () => {
      await using server = await startServer([...OPTIONS, "cat"]);
      for (let cut = 1; cut < header.length; cut++) {
        using client = await RawClient.connect(server.port);
        client.write(header.subarray(0, cut));
        await eventually("that the first piece is taken", () => unreadFrom(client.port) === 0);
        client.write(Buffer.concat([header.subarray(cut), Buffer.from(requestHead())]));
        expect(await client.head()).toStartWith("HTTP/1.1 101 ");
      }
    });

    test(`${name}, and the second never comes`, async () => {
      await using server = await startServer([...OPTIONS, "cat"]);
      for (let cut = 1; cut < header.length; cut++) {
        using client = await RawClient.connect(server.port);
        client.write(header.subarray(0, cut));
        client.cut();
        await client.ended();
      }
      const wanted = header.length - 1;
      const said = () => server.matching(/ PROXY REFUSED .*before its header was whole/).length;
      await eventually("a line for each", () => said() === wanted);
      using client = await openWith(server, header);
      client.text("still here");
      expect(await client.line()).toBe("still here");
    });
  }
});

describe("what is no header is cut, and told of with the remedy", () => {
  const CASES: readonly (readonly [name: string, bytes: Uint8Array | string, reason: string])[] = [
    ["a request", requestHead(), "begins without a header"],
    ["a hello", "\x16\x03\x01\x02\x00", "begins without a header"],
    ["a line that is too long", `PROXY UNKNOWN ${"x".repeat(200)}`, "longer than 107 bytes"],
    ["a line of another family", "PROXY TCP5 a b 1 2\r\n", "the line is not PROXY TCP4"],
    ["another signature", "\r\n\r\n\0\r\nQUIT\r", "signature of version 2 is not whole"],
    ["another family", binaryHeader({ family: 0x41 }), "family 0x41"],
    ["too short", binaryHeader({ length: 11 }), "shorter than its addresses"],
    ["too long", binaryHeader({ length: 0xffff }), "longer than 4096 bytes"],
    ["a wrong checksum", binaryHeader({ tlvs: [[3, new Uint8Array(4)]] }), "checksum"],
  ];
  for (const [name, bytes, reason] of CASES) {
    test(name, async () => {
      await using server = await startServer([...OPTIONS, "cat"]);
      using client = await RawClient.connect(server.port);
      const { port } = client;
      client.write(bytes);
      await client.ended();
      expect(client.unread).toBe(0);
      const line = await server.logged(/ PROXY REFUSED /);
      expect(line).toContain(` peer=127.0.0.1:${port} `);
      expect(line).toContain(reason);
      expect(line).toContain("leave --proxy-protocol out");
    });
  }

  test("a header from one who is not trusted", async () => {
    const options = ["--trusted-proxy=10.0.0.0/8", "--proxy-protocol"];
    await using server = await startServer([...options, "cat"]);
    using client = await RawClient.connect(server.port).catch((error: NodeJS.ErrnoException) => {
      expect(error.code).toBe("ECONNRESET"); // it was cut before it had heard that it is connected
      return null;
    });
    client?.write(LINE);
    await client?.ended();
    expect(await server.logged(/ PROXY REFUSED /)).toContain("--trusted-proxy says who may");
  });
});

test("a health check that connects and leaves, with or without a header, is no refusal", async () => {
  await using server = await startServer([...OPTIONS, "--loglevel=debug", "cat"]);
  const says = (count: number, word: RegExp) =>
    eventually(String(word), () => server.matching(word).length === count);
  for (const leave of ["cut", "reset"] as const) {
    (await RawClient.connect(server.port))[leave]();
  }
  await says(2, / DEBUG +PROXY REFUSED .*closed by the peer before its header/);
  for (const header of [UNKNOWN, binaryHeader({ command: 0x20 })]) {
    const client = await RawClient.connect(server.port);
    client.write(header);
    await client.flushed();
    client.cut();
    await client.ended();
  }
  await says(2, / DEBUG +ABANDONED /);
  expect(server.matching(/ (?:ACCESS|ERROR) /)).toEqual([]);
});

test("on a Unix socket, whose peers are trusted by `unix`", async () => {
  using directory = new TestDirectory();
  const path = directory.file("s");
  const options = [`--unixsocket=${path}`, "--trusted-proxy=unix", "--proxy-protocol"];
  await using server = new TestServer([...options, "--log-format=text", "env"], {
    program: PROGRAM,
  });
  await server.logged(/^websockd listens on /);
  const socket = connect({ path });
  socket.write(Buffer.concat([LINE, Buffer.from(requestHead())]));
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    if (text.endsWith("exit 0")) socket.end();
  });
  socket.on("end", () => resolve(text));
  const lines = (await within("the end", promise)).replace(/[\x80-\xff]./g, "\n");
  expect(variablesIn(lines).get("REMOTE_ADDR")).toBe("192.0.2.9");
});

test("so many may wait as there are descriptors; more are cut, and the log says so", async () => {
  const program = ["prlimit", "--nofile=256:256", ...PROGRAM];
  await using server = await startServer([...OPTIONS, "cat"], { program });
  const before = descriptorsOf(server.pid);
  // Who is cut at once has not even connected, to Bun.
  const clients = await Promise.allSettled(
    Array.from({ length: 230 }, () => RawClient.connect(server.port)),
  );
  await server.logged(/ ERROR +too many connections \(raise ulimit -n\)/);
  for (const one of clients) if (one.status === "fulfilled") one.value.reset();
  await eventually("their end", () => descriptorsOf(server.pid) <= before);
  using client = await openWith(server, LINE);
  client.text("hello");
  expect(await client.line()).toBe("hello");
});

test("--check tells who is trusted, and of what", async () => {
  const words = ["--check", "--trusted-proxy=10.0.0.0/8,unix", "--proxy-protocol", "cat"];
  const child = Bun.spawn([...PROGRAM, "--port=0", ...words], { stdout: "pipe" });
  const text = await within("--check", new Response(child.stdout).text());
  expect(text).toMatch(/^proxies that are trusted +10\.0\.0\.0\/8 unix /m);
  expect(text).toMatch(/^fields that they write +x-forwarded-for /m);
  expect(text).toMatch(/^PROXY header +each connection must have one /m);
});
