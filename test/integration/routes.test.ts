// Routes: which program serves a path and a host, with which options, and what it is told of the path.

import { chmodSync, mkdirSync } from "node:fs";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import type { OpenOptions } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf } from "../support/server-processes.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { startWorkers } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const TELL =
  'echo $0 \\"$SCRIPT_NAME\\" \\"$PATH_INFO\\" \\"$ROUTE_ROOM\\" \\"$REQUEST_URI\\"; cat';

/** A route whose program says first by which name it was started, and what it was told of the path. */
function route(name: string, path: string, more = ""): string {
  return `[[route]]\npath = "${path}"\ncommand = ["sh", "-c", "${TELL}", "${name}"]\n${more}\n`;
}

async function lineAt(
  server: { readonly port: number },
  target: string,
  options: OpenOptions = {},
): Promise<string> {
  using client = await RawClient.open(server, { target, ...options });
  return await client.line();
}

/** The status by which it is refused, or the line. */
async function statusAt(
  server: { readonly port: number },
  target: string,
  options: OpenOptions = {},
): Promise<string> {
  return lineAt(server, target, options).catch((error: Error) => error.message.split("\r\n")[0]!);
}

describe("which program serves", () => {
  const FILE = [
    'command = ["sh", "-c", "echo main \\"$SCRIPT_NAME\\" \\"$PATH_INFO\\"; cat"]',
    route("exact", "/chat"),
    route("host", "/rooms/{room}", 'host = ["*.example.com", "b.test"]'),
    route("room", "/rooms/{room}"),
    route("below", "/rooms/{room}/*"),
    route("last", "/chat/*"),
  ].join("\n");

  test("the first that takes path and host does, and COMMAND the rest", async () => {
    using directory = new TestDirectory();
    await using server = await startServer([`--config=${directory.write("a.toml", FILE)}`]);
    const rows: readonly (readonly [target: string, line: string])[] = [
      ["/chat", "exact /chat   /chat"],
      ["/%63hat?a=b", "exact /chat   /%63hat?a=b"],
      ["/chat/", "last /chat /  /chat/"],
      ["/chat/a%20b/c", "last /chat /a b/c  /chat/a%20b/c"],
      ["/rooms/blue%20one", "room /rooms/blue one  blue one /rooms/blue%20one"],
      ["/rooms/x/y", "below /rooms/x /y x /rooms/x/y"],
      ["/rooms", "main / /rooms"],
      ["/rooms/..", "main / /rooms/.."],
      ["/rooms/a%2Fb", "main / /rooms/a%2Fb"],
      ["/", "main / /"],
    ];
    for (const [target, line] of rows) {
      expect([target, (await lineAt(server, target)).replaceAll('"', "")]).toEqual([
        target,
        line.replace("a%2Fb", "a/b"),
      ]);
    }
    const ofHost = async (host: string) => {
      const line = await lineAt(server, "/rooms/x", { host });
      return line.split(" ")[0];
    };
    expect(await ofHost("a.example.com:80")).toBe("host");
    expect(await ofHost("b.test")).toBe("host");
    expect(await ofHost("example.com")).toBe("room");
  });

  test("without COMMAND a path of no route is 404, and --route is asked before the file", async () => {
    using directory = new TestDirectory();
    const path = directory.write("a.toml", route("file", "/a"));
    const words = [`--config=${path}`, "--route=/a/*=sh -c 'echo words; cat'"];
    await using server = await startServer(words);
    expect(await lineAt(server, "/a")).toBe("words");
    expect(await statusAt(server, "/b")).toContain("404 Not Found");
  });

  test("below --base-path: routes, files and programs alike, nothing above", async () => {
    using directory = new TestDirectory();
    mkdirSync(directory.file("www"));
    directory.write("www/index.html", "hello");
    const words = ["--base-path=/my%20app", `--staticdir=${directory.file("www")}`];
    const command = ["sh", "-c", 'echo "$SCRIPT_NAME" "$PATH_INFO"; cat'];
    const routes = ['--route=/r/{room}=sh -c \'echo "$SCRIPT_NAME" "$ROUTE_ROOM"; cat\''];
    await using server = await startServer([...words, ...routes, ...command]);
    expect(await lineAt(server, "/my%20app/r/1")).toBe("/my app/r/1 1");
    expect(await lineAt(server, "/my%20app/x")).toBe("/my app /x");
    expect(await statusAt(server, "/r/1")).toContain("404");
    const page = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        redirect: "manual",
      });
      return [response.status, response.headers.get("location"), await response.text()];
    };
    expect(await page("/my%20app/")).toEqual([200, null, "hello"]);
    expect(await page("/my%20app?q")).toEqual([301, "my%20app/?q", expect.anything()]);
    expect(await page("/")).toEqual([404, null, expect.anything()]);
  });
});

test("dir: the programs below a path, without its prefix", async () => {
  using directory = new TestDirectory();
  mkdirSync(directory.file("bin"));
  directory.write("bin/hello", '#!/bin/sh\necho "$SCRIPT_NAME" "$PATH_INFO"; cat\n', 0o755);
  chmodSync(directory.file("bin/hello"), 0o755);
  const path = directory.write(
    "a.toml",
    `[[route]]\npath = "/run/*"\ndir = "${directory.file("bin")}"\n`,
  );
  await using server = await startServer([`--config=${path}`]);
  expect(await lineAt(server, "/run/hello/more")).toBe("/run/hello /more");
  expect(await statusAt(server, "/run/none")).toContain("404");
  expect(await statusAt(server, "/hello")).toContain("404");
});

test("each has its own options; what it does not say is the server's", async () => {
  using directory = new TestDirectory();
  const gate = directory.write("gate", "#!/bin/sh\nexit 1\n", 0o755);
  const file = [
    'env = ["A=server"]',
    'origin = ["https://all.example", "none"]',
    '[[route]]\npath = "/json"\nframing = "json"\ncommand = ["cat"]\n',
    '[[route]]\npath = "/inherits"\ncommand = ["sh", "-c", "echo $A"]\n',
    '[[route]]\npath = "/env"\nenv = ["A=own"]\ncommand = ["sh", "-c", "echo $A"]\n',
    `[[route]]\npath = "/gated"\ngate = "${gate}"\ncommand = ["cat"]\n`,
    '[[route]]\npath = "/origin"\norigin = "https://own.example"\ncommand = ["echo"]\n',
    '[[route]]\npath = "/small"\nmaxframesize = 4\ncommand = ["cat"]\n',
    '[[route]]\npath = "/limit"\nlimit = ["nofile=64"]\ncommand = ["sh", "-c", "ulimit -n; cat"]\n',
    '[[route]]\npath = "/pty"\npty = true\ncommand = ["sh", "-c", "stty size"]\n',
  ].join("\n");
  await using server = await startServer([`--config=${directory.write("a.toml", file)}`]);
  expect(await lineAt(server, "/inherits")).toBe("server");
  expect(await lineAt(server, "/env")).toBe("own");
  expect(await lineAt(server, "/limit")).toBe("64");
  expect(await statusAt(server, "/gated")).toContain("403");
  using json = await RawClient.open(server, { target: "/json" });
  json.text("a b");
  expect(await json.line()).toBe("a b");
  expect(server.matching(/ CONNECT /).at(-1)).toContain("path=/json");
  using small = await RawClient.open(server, { target: "/small" });
  small.text("12345");
  expect((await small.farewell()).code).toBe(1009);
  const isLetIn = async (target: string, origin: string) => {
    const status = await statusAt(server, target, { fields: [`Origin: ${origin}`] });
    return !status.includes("403");
  };
  expect(await isLetIn("/origin", "https://own.example")).toBe(true);
  expect(await isLetIn("/origin", "https://all.example")).toBe(false);
  expect(await isLetIn("/inherits", "https://all.example")).toBe(true);
  expect(await isLetIn("/inherits", "https://own.example")).toBe(false);
  using terminal = await RawClient.open(server, { target: "/pty" });
  const { messages } = await terminal.settle();
  expect(Buffer.concat(messages).toString()).toContain("24 80");
});

test("prefork of a route: its programs wait, and those of another do not", async () => {
  using directory = new TestDirectory();
  const file = [
    '[[route]]\npath = "/waits"\nprefork = 2\ncommand = ["sh", "-c", "read -r a; echo $$"]\n',
    '[[route]]\npath = "/plain"\ncommand = ["cat"]\n',
  ].join("\n");
  await using server = await startServer([`--config=${directory.write("a.toml", file)}`]);
  const waiting = await eventually("two programs", () => {
    const children = childrenOf(server.pid).filter(({ state }) => state !== "Z");
    return children.length === 2 ? children.map(({ pid }) => pid) : null;
  });
  using plain = await RawClient.open(server, { target: "/plain" });
  plain.text("a");
  expect(await plain.line()).toBe("a");
  using spare = await RawClient.open(server, { target: "/waits" });
  spare.text("which");
  expect(waiting).toContain(Number(await spare.line()));
});

test("with workers", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", [route("a", "/a"), route("b", "/b/*")].join("\n"));
  await using server = await startWorkers(2, [`--config=${path}`]);
  for (let i = 0; i < 6; i++) {
    expect(await lineAt(server, "/a")).toStartWith("a ");
    expect(await lineAt(server, "/b/c")).toStartWith("b ");
  }
});

test("what a route needs and is not there is said with its name, at the start and by --check", async () => {
  using directory = new TestDirectory();
  const file =
    '[[route]]\npath = "/a"\ncommand = ["no-such-program"]\n[[route]]\npath = "/b"\ncommand = ["cat"]\ncwd = "/no/such"\n';
  const words = [`--config=${directory.write("a.toml", file)}`, "--port=0"];
  const { status, stderr } = await runProgram(words);
  expect(status).toBe(127);
  expect(stderr).toContain("route /a: ");
  expect(stderr).toContain("no-such-program");
  expect(stderr).toContain("route /b: --cwd=/no/such: there is no such directory");
  const check = await runProgram([...words, "--check"]);
  expect(check.status).not.toBe(0);
  expect(check.stdout).toContain("wrong: route /a: ");
  expect(check.stdout).toMatch(/^route \/b +\/\S+\/cat +\(found here\)$/m);
});
