// What a program finds when it starts: its variables (PARITY 1.2, 2), its pipes, its signals, its directory.

import { realpathSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import type { OpenOptions } from "../support/raw-handshake.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Everything that the program prints. */
async function output(server: TestServer, options: OpenOptions = {}): Promise<string[]> {
  using client = await RawClient.open(server, options);
  const { messages } = await client.settle();
  return messages.map((bytes) => Buffer.from(bytes).toString());
}

async function variables(server: TestServer, options: OpenOptions = {}) {
  const lines = await output(server, options);
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
}

test("the variables are those of --passenv, those of CGI and the fields of the request, and no other", async () => {
  const environment = {
    SECRET: "1",
    HOME: "/dev/null",
    BUN_CONFIG_VERBOSE_FETCH: "1",
    LD_LIBRARY_PATH: "/tmp/libraries",
  };
  await using server = await startServer(["env"], { environment });
  using client = await RawClient.open(server, {
    target: "/a%20b/c?x=1&y=%20",
    fields: ["Accept: one", "ACCEPT: two", "X-User:  padded  ", "Authorization: Basic eDp5"],
  });
  const { messages } = await client.settle();
  const lines = messages.map((bytes) => Buffer.from(bytes).toString());
  const found = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
  expect(found).toEqual({
    PATH: process.env["PATH"],
    LD_LIBRARY_PATH: "/tmp/libraries",
    SERVER_SOFTWARE: expect.stringMatching(/^websockd\/\d+\.\d+\.\d+$/),
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_PROTOCOL: "HTTP/1.1",
    SERVER_NAME: "localhost",
    SERVER_PORT: "80",
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_HOST: "127.0.0.1",
    REMOTE_PORT: String(client.port),
    REQUEST_METHOD: "GET",
    REQUEST_URI: "/a%20b/c?x=1&y=%20",
    SCRIPT_NAME: "/",
    PATH_INFO: "/a b/c",
    PATH_TRANSLATED: "/a b/c",
    QUERY_STRING: "x=1&y=%20",
    AUTH_TYPE: "",
    CONTENT_LENGTH: "",
    CONTENT_TYPE: "",
    REMOTE_IDENT: "",
    REMOTE_USER: "",
    UNIQUE_ID: expect.stringMatching(UUID_V7),
    WEBSOCKET_PROTOCOL: "",
    HTTP_HOST: "localhost",
    HTTP_UPGRADE: "websocket",
    HTTP_CONNECTION: "Upgrade",
    HTTP_SEC_WEBSOCKET_KEY: "dGhlIHNhbXBsZSBub25jZQ==",
    HTTP_SEC_WEBSOCKET_VERSION: "13",
    HTTP_ACCEPT: "one, two",
    HTTP_X_USER: "padded",
    HTTP_AUTHORIZATION: "Basic eDp5",
  });
});

test("Proxy and names with _ are dropped, cookies are joined by a semicolon", async () => {
  await using server = await startServer(["env"]);
  const found = await variables(server, {
    fields: [
      "Proxy: http://evil/",
      "pRoXy: http://evil/",
      "X_User: evil",
      "X-User: good",
      "HTTP_PROXY: evil",
      "Cookie: a=1",
      "Cookie: b=2",
    ],
  });
  expect(found["HTTP_PROXY"]).toBeUndefined();
  expect(found["HTTP_X_USER"]).toBe("good");
  expect(found["HTTP_COOKIE"]).toBe("a=1; b=2");
  expect(Object.values(found).some((value) => value.includes("evil"))).toBe(false);
});

test.each<[path: string, info: string, query: string]>([
  ["/", "/", ""],
  ["/?", "/", ""],
  ["/%C3%BC", "/\u00fc", ""],
  ["/a?b?c", "/a", "b?c"],
  ["/%zz", "/%zz", ""], // does not decode: as it came
  ["/nul%00", "/nul%00", ""], // a NUL cannot stand in an environment
])("the target %s", async (target, info, query) => {
  await using server = await startServer(["env"]);
  const found = await variables(server, { target });
  expect(found).toMatchObject({ PATH_INFO: info, QUERY_STRING: query, REQUEST_URI: target });
});

test("UNIQUE_ID is another one for each session", async () => {
  await using server = await startServer(["env"]);
  const found = await Promise.all(Array.from({ length: 5 }, () => variables(server)));
  expect(new Set(found.map((variable) => variable["UNIQUE_ID"])).size).toBe(5);
});

test("the pipes are real: /dev/stdin, /dev/stdout and /dev/stderr can be opened", async () => {
  const script = "echo hi > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin";
  await using server = await startServer(["sh", "-c", script]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("hi");
  await server.logged(/ err session=1 .*stream=stderr$/);
  client.text("through");
  expect(await client.line()).toBe("through");
});

test("no descriptor but the three pipes is open", async () => {
  await using server = await startServer(["sh", "-c", "ls -l /proc/$$/fd"]);
  using bystander = await RawClient.open(server); // whose descriptors must not leak into the next
  const lines = (await output(server)).filter((line) => line.includes("->"));
  expect(lines.map((line) => line.replace(/^.* (\d+) -> (\w+):.*$/, "$1 $2"))).toEqual([
    "0 pipe",
    "1 pipe",
    "2 pipe",
  ]);
  await bystander.settle();
});

test("no signal is ignored or blocked", async () => {
  await using server = await startServer(["grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"]);
  expect(await output(server)).toEqual(["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"]);
});

test("its directory is the server's", async () => {
  using directory = new TestDirectory();
  await using server = await startServer(["pwd"], { directory: directory.path });
  expect(await output(server)).toEqual([realpathSync(directory.path)]);
});

test("it leads a session and a process group of its own", async () => {
  const script =
    "read -r pid name state parent group session rest < /proc/self/stat; echo $pid $group $session $$";
  await using server = await startServer(["sh", "-c", script]);
  const [pid, ...others] = (await output(server))[0]!.split(" ");
  expect(others).toEqual([pid!, pid!, pid!]);
  expect(server.services).toEqual([Number(pid)]);
});
