// --basic-auth-file and --bearer-file with the real program: who comes in, what all others are told, what the log says.

import { mkdirSync, realpathSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { basic, passwordLine, secretFile, tokenLine } from "../support/credential-files.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const PASSWORD = "open sésame";
const TOKEN = "3b6f0c5de1";
const SCRIPT = `#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'; env\n`;

const directory = new TestDirectory();
let options: string[];

beforeAll(async () => {
  const passwords = await passwordLine("alice", PASSWORD);
  options = [
    `--basic-auth-file=${secretFile(directory, "passwords", passwords)}`,
    `--bearer-file=${secretFile(directory, "tokens", tokenLine("ci", TOKEN))}`,
  ];
});
afterAll(() => directory[Symbol.dispose]());

const ALICE = `Authorization: ${basic("alice", PASSWORD)}`;
const CI = `Authorization: Bearer ${TOKEN}`;

/** All of the answer to a request. */
async function answer(server: TestServer, head: string): Promise<string> {
  using client = await RawClient.connect(server.port);
  client.write(head);
  return Buffer.from(await client.rest()).toString("latin1");
}

function get(path: string, ...fields: string[]): string {
  return [`GET ${path} HTTP/1.1`, "Host: h", ...fields, "", ""].join("\r\n");
}

/** The program's variables, from the first messages of a session. */
async function variables(server: TestServer, ...fields: string[]): Promise<string> {
  using client = await RawClient.open(server, { fields });
  const { messages } = await client.settle();
  return messages.map((message) => Buffer.from(message).toString()).join("\n") + "\n";
}

describe("who does not say who they are", () => {
  let server: TestServer;
  const files = new TestDirectory();
  beforeAll(async () => {
    mkdirSync(files.file("www"));
    files.write("www/index.html", "secret page");
    mkdirSync(files.file("cgi"));
    files.write("cgi/env", SCRIPT, 0o755);
    server = await startServer([
      ...options,
      "--devconsole",
      "--host=h,localhost",
      `--staticdir=${files.file("www")}`,
      `--cgidir=${files.file("cgi")}`,
      "cat",
    ]);
  });
  afterAll(async () => {
    await server.stop();
    files[Symbol.dispose]();
  });

  test("is told the same whatever is asked for: 401, and how to say it", async () => {
    const paths = ["/", "/none", "/env", "/.websockd/console", "/../x", "/%zz", "/www"];
    const answers = [
      ...paths.map((path) => get(path)),
      requestHead(),
      requestHead({ target: "/none", fields: ["Origin: http://evil"] }),
      requestHead().replace("Version: 13", "Version: 8"),
      get("/", "Authorization: Negotiate abc"),
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    ].map((head) => answer(server, head));
    const [first, ...others] = await Promise.all(answers);
    expect(first).toStartWith("HTTP/1.1 401 Unauthorized\r\n");
    expect(first).toContain('\r\nWWW-Authenticate: Basic realm="websockd", charset="UTF-8"\r\n');
    expect(first).toContain('\r\nWWW-Authenticate: Bearer realm="websockd"\r\n');
    for (const other of others) expect(other).toBe(first!);
    expect(server.matching(/AUTH FAILED/)).toEqual([]);
  });

  test("is told of Host first, and of a field that is not well-formed", async () => {
    const elsewhere = get("/").replace("Host: h", "Host: evil");
    expect(await answer(server, elsewhere)).toStartWith("HTTP/1.1 421 ");
    for (const fields of [
      [ALICE, ALICE],
      ["Authorization: Basic !"],
      ["Authorization: Bearer a b"],
    ])
      expect(await answer(server, get("/", ...fields))).toStartWith("HTTP/1.1 400 ");
  });

  test("who does is served as if nothing had been asked", async () => {
    for (const fields of [[ALICE], [CI]]) {
      expect(await answer(server, get("/", ...fields))).toEndWith("secret page");
      expect(await answer(server, get("/none", ...fields))).toStartWith("HTTP/1.1 404 ");
      expect(await answer(server, get("/.websockd/console", ...fields))).toStartWith(
        "HTTP/1.1 200 ",
      );
      const environment = await answer(server, get("/env", ...fields));
      const [user, type] = fields[0] === CI ? ["ci", "Bearer"] : ["alice", "Basic"];
      expect(environment).toContain(`\nREMOTE_USER=${user}\n`);
      expect(environment).toContain(`\nAUTH_TYPE=${type}\n`);
      expect(environment).not.toContain("HTTP_AUTHORIZATION");
      await server.logged(new RegExp(` STATIC .* user=${user} .* path=/ status=200`));
    }
  });
});

test("a body that comes behind a password that must be looked at reaches the script", async () => {
  using scripts = new TestDirectory();
  const script = `#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'; wc -c\n`;
  scripts.write("count", script, 0o755);
  await using server = await startServer([...options, `--cgidir=${scripts.path}`]);
  const head = `POST /count HTTP/1.1\r\nHost: h\r\n${ALICE}\r\nContent-Length: 300000\r\n\r\n`;
  expect(await answer(server, head + "x".repeat(300_000))).toContain("\r\n300000\n");
});

describe("a WebSocket", () => {
  const WORDS = ["--subprotocol=chat", "sh", "-c", "env"];

  test("by a password: the program knows who it is, and not by what", async () => {
    await using server = await startServer([...options, ...WORDS]);
    const environment = await variables(server, ALICE);
    expect(environment).toContain("\nREMOTE_USER=alice\n");
    expect(environment).toContain("\nAUTH_TYPE=Basic\n");
    expect(environment).not.toContain("HTTP_AUTHORIZATION");
    await server.logged(/ CONNECT .* user=alice /);
    await server.logged(/ DISCONNECT .* user=alice /);
  });

  test("by a token as a subprotocol, which neither 101, program nor log ever show", async () => {
    await using server = await startServer([...options, ...WORDS]);
    const fields = [`Sec-WebSocket-Protocol: chat, bearer.${TOKEN}`];
    using client = await RawClient.connect(server.port);
    client.write(requestHead({ fields }));
    const head = await client.head();
    expect(head).toContain("\r\nSec-WebSocket-Protocol: chat\r\n");
    const { messages } = await client.settle();
    const environment = messages.map((message) => Buffer.from(message).toString()).join("\n");
    expect(environment).toContain("REMOTE_USER=ci");
    expect(environment).toContain("HTTP_SEC_WEBSOCKET_PROTOCOL=chat");
    await server.logged(/ DISCONNECT .* user=ci /);
    for (const text of [head, environment, ...server.lines]) expect(text).not.toContain(TOKEN);
  });

  test("a program behind no judge gets the field, as ever", async () => {
    await using server = await startServer(WORDS);
    const environment = await variables(server, CI);
    expect(environment).toContain(`\nHTTP_AUTHORIZATION=Bearer ${TOKEN}\n`);
    expect(environment).toContain("\nREMOTE_USER=\n");
  });
});

describe("what is wrong", () => {
  test("is answered 401 after a second, and logged once without the secret", async () => {
    await using server = await startServer([...options, "cat"]);
    const long = "n".repeat(200);
    const cases = [
      [`Authorization: ${basic("alice", "hunter2")}`, / user=alice .*reason="wrong password"/],
      [`Authorization: ${basic("mallory", "hunter2")}`, / user=mallory .*reason="unknown user"/],
      [`Authorization: ${basic(long, "hunter2")}`, / user=n{64} .*reason="unknown user"/],
      [`Authorization: ${basic("a\u009b\u202e", "hunter2")}`, / user="a\\\\x9b/],
      ["Authorization: Bearer hunter2", /path=\/ .*reason="unknown token"/],
    ] as const;
    const began = performance.now();
    const answers = await Promise.all(
      cases.map(async ([field]) => [field, await answer(server, get("/", field))] as const),
    );
    expect(performance.now() - began).toBeGreaterThan(990);
    for (const [field, text] of answers) {
      expect(text).toStartWith("HTTP/1.1 401 ");
      expect(text.includes('error="invalid_token"')).toBe(field.includes("Bearer"));
    }
    for (const [, line] of cases) {
      expect(await server.logged(new RegExp(`AUTH FAILED .*${line.source}`))).toContain("peer=127");
    }
    expect(server.lines.filter((line) => line.includes("401"))).toHaveLength(cases.length);
    expect(server.lines.join()).not.toContain("hunter2");
  });
});

describe("files that are not good", () => {
  test("stop the start with 78, the line and the remedy", async () => {
    const plain = secretFile(directory, "plain", "alice:hunter2\n");
    const { status, stderr } = await runProgram([`--basic-auth-file=${plain}`, "--port=0", "cat"]);
    expect(status).toBe(78);
    expect(stderr).toMatch(/plain, line 1: the hash is plain text or crypt \(.*htpasswd -B/);
    expect(stderr).not.toContain("hunter2");
    const none = await runProgram(["--bearer-file=/none", "--port=0", "cat"]);
    expect(none).toMatchObject({ status: 78, stderr: expect.stringContaining("no such file") });
  });

  test("--check counts who is in them, and says what is wrong", async () => {
    const good = await runProgram(["--check", "--port=0", ...options, "cat"]);
    expect(good.status).toBe(0);
    expect(good.stdout).toMatch(/\nusers with a password +1 .*\ntokens +1 /);
    const bad = await runProgram(["--check", "--port=0", "--bearer-file=/none", "cat"]);
    expect(bad.status).toBe(78);
    expect(bad.stdout).toContain("wrong: --bearer-file=/none: there is no such file");
  });

  test("are not among those that are served, and a readable one is told of", async () => {
    using files = new TestDirectory();
    const path = realpathSync(files.write("users.txt", await passwordLine("a", "b"), 0o644));
    const words = [`--basic-auth-file=${path}`, `--staticdir=${files.path}`];
    await using server = await startServer(words);
    expect(server.matching(/ ERROR .*can be read by every user .*chmod o-r/)).toHaveLength(1);
    const text = await answer(server, get("/users.txt", `Authorization: ${basic("a", "b")}`));
    expect(text).toStartWith("HTTP/1.1 404 ");
  });
});

test("SIGHUP: who was taken out is out, a file that is not good changes nothing", async () => {
  const first = await passwordLine("alice", "a");
  const file = secretFile(directory, "changing", first);
  await using server = await startServer([`--basic-auth-file=${file}`, "cat"]);
  const status = async (name: string, password: string) =>
    (await answer(server, get("/", `Authorization: ${basic(name, password)}`))).split(" ")[1];
  expect(await status("alice", "a")).toBe("404");
  secretFile(directory, "changing", first, "bob:plain\n");
  server.signal("SIGHUP");
  expect(await server.logged(/stay as they were/)).toContain("line 2: the hash is plain text");
  expect(await status("alice", "a")).toBe("404");
  secretFile(directory, "changing", await passwordLine("bob", "b"));
  server.signal("SIGHUP");
  await server.logged(/passwords and tokens read users=1/);
  expect(await status("alice", "a")).toBe("401");
  expect(await status("bob", "b")).toBe("404");
});
