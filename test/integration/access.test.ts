// Who is let in to the real program: Origin, Host, --maxforks-per-ip, what a refusal says, and --dir.

import { mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { requestHead, type OpenOptions } from "../support/raw-handshake.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** The answer to a request for a WebSocket, all of it. */
async function refusal(server: TestServer, options: OpenOptions): Promise<string> {
  using client = await RawClient.connect(server.port);
  client.write(requestHead(options));
  return Buffer.from(await client.rest()).toString("latin1");
}

test("Origin: a page of another host is refused, and log and body say what would let it in", async () => {
  await using server = await startServer(["cat"]);
  const answer = await refusal(server, { fields: ["Origin: http://evil.example"] });
  expect(answer).toStartWith("HTTP/1.1 403 ");
  expect(answer).toEndWith(
    'Origin "http://evil.example" is not let in: --origin=http://evil.example would let it in.\n',
  );
  expect(await server.logged(/ REFUSED /)).toContain("--origin=http://evil.example");
  using same = await RawClient.open(server, { fields: ["Origin: http://localhost"] });
  same.text("let in");
  expect(await same.line()).toBe("let in");
});

test("Origin: under websocketd's rule any page is let in", async () => {
  await using server = await startServer(["--origin=*", "cat"]);
  using client = await RawClient.open(server, { fields: ["Origin: http://evil.example"] });
  client.text("let in");
  expect(await client.line()).toBe("let in");
});

test("--host: another name is answered 421, for a WebSocket and for anything else", async () => {
  await using server = await startServer(["--host=localhost,*.example", "cat"]);
  const rebound = requestHead().replace("Host: localhost", "Host: evil.test");
  for (const head of [rebound, "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n"]) {
    using client = await RawClient.connect(server.port);
    client.write(head);
    const answer = Buffer.from(await client.rest()).toString();
    expect(answer).toStartWith("HTTP/1.1 421 ");
    expect(answer).toContain("--host=evil.test");
  }
  using client = await RawClient.open(server);
  client.text("let in");
  expect(await client.line()).toBe("let in");
});

test("--maxforks-per-ip: the second of an address is told 429, one of another address is let in", async () => {
  await using server = await startServer(["--maxforks-per-ip=1", "cat"]);
  using first = await RawClient.open(server);
  const answer = await refusal(server, {});
  expect(answer).toMatch(/^HTTP\/1\.1 429 .*\r\nRetry-After: 1\r\n.*--maxforks-per-ip/s);
  first.close(1000);
  await first.settle();
  await server.logged(/ DISCONNECT /);
  using second = await RawClient.open(server);
  second.text("now me");
  expect(await second.line()).toBe("now me");
});

test("--header and --header-http stand in refusals of every kind, --header-ws in the 101 alone", async () => {
  const words = ["--header=X-All: 1", "--header-ws=X-Ws: 2", "--header-http=X-Http: 3", "cat"];
  await using server = await startServer(words);
  const heads = [
    requestHead({ fields: ["Origin: http://evil"] }),
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "BAD\r\n\r\n",
    "\x16\x03\x01",
  ];
  for (const head of heads) {
    using client = await RawClient.connect(server.port);
    client.write(head);
    const answer = Buffer.from(await client.rest()).toString("latin1");
    expect(answer).toMatch(/^HTTP\/1\.1 40[034] /);
    expect(answer).toMatch(/\r\nX-All: 1\r\nX-Http: 3\r\n/);
    expect(answer).not.toContain("X-Ws");
  }
  using client = await RawClient.connect(server.port);
  client.write(requestHead());
  const head = await client.head();
  expect(head).toMatch(/^HTTP\/1\.1 101 .*\r\nX-All: 1\r\nX-Ws: 2\r\n/s);
  expect(head).not.toContain("X-Http");
});

describe("--dir", () => {
  const SCRIPT = '#!/bin/sh\necho "$SCRIPT_NAME|$PATH_INFO|$0|$#"\n';

  async function serve(use: (server: TestServer, path: string) => Promise<void>): Promise<void> {
    using directory = new TestDirectory();
    mkdirSync(`${directory.path}/pub/sub`, { recursive: true });
    directory.write("outside", SCRIPT, 0o755);
    directory.write("pub/a.sh", SCRIPT, 0o755);
    directory.write("pub/.hidden", SCRIPT, 0o755);
    directory.write("pub/sub/b c", SCRIPT, 0o755);
    directory.write("pub/plain", SCRIPT, 0o644);
    directory.write("pub/broken", "#!/no/such/interpreter\n", 0o755);
    symlinkSync("../outside", `${directory.path}/pub/out`);
    symlinkSync("a.sh", `${directory.path}/pub/in`);
    await using server = await startServer([`--dir=${directory.path}/pub`]);
    await use(server, `${directory.path}/pub`);
  }

  test("runs the program that the path names, and tells it its part of the path and the rest", async () => {
    await serve(async (server, path) => {
      const cases = [
        ["/a.sh", `/a.sh||${path}/a.sh|0`],
        ["/a.sh?q", `/a.sh||${path}/a.sh|0`],
        ["/a.sh/", `/a.sh|/|${path}/a.sh|0`],
        ["/a.sh/x/y%20z", `/a.sh|/x/y z|${path}/a.sh|0`],
        ["/sub/b%20c", `/sub/b c||${path}/sub/b c|0`],
        ["/in", `/in||${path}/in|0`],
      ] as const;
      for (const [target, line] of cases) {
        using client = await RawClient.open(server, { target });
        expect(await client.line()).toBe(line);
      }
    });
  });

  test("what is no program below it is 404, and an operator's slip stands in the log", async () => {
    await serve(async (server) => {
      const targets = [
        "/",
        "/sub",
        "/sub/",
        "/none",
        "/.hidden",
        "/out",
        "/plain",
        "/../outside",
        "/%2e%2e/outside",
        "/sub/../a.sh",
        "//a.sh",
        "/sub%2fb%20c",
        "/sub%5Cb%20c",
        "/a.sh%00",
        "/a%zz",
        `/${"x".repeat(300)}`,
      ];
      for (const target of targets) {
        expect(await refusal(server, { target }), target).toStartWith("HTTP/1.1 404 ");
      }
      expect(await server.logged(/plain" is not executable/)).toContain("chmod +x");
      await server.logged(/out" is a link out of/);
      expect(await refusal(server, { target: "/broken" })).toStartWith("HTTP/1.1 404 ");
      await server.logged(/Cannot start .*broken/);
    });
  });
});
