// The routes of docs/configuration.md, as they stand there: what the page says of them is so.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { checkText } from "../../src/cli/check.ts";
import { OPTIONS } from "../../src/cli/options.ts";
import { readCall } from "../../src/cli/arguments.ts";
import { judgeCall } from "../cli/judged.ts";
import { fileLayer } from "../../src/cli/config-file.ts";
import { documentBlock, replaced } from "../support/document-blocks.ts";
import { admission, refusal } from "../support/gates.ts";
import { RawClient } from "../support/raw-client.ts";
import { seenVariables, variablesIn } from "../support/seen-variables.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const PAGE = await Bun.file(join(import.meta.dir, "../../docs/configuration.md")).text();
const EXAMPLE = documentBlock("configuration.md", "toml routes");

/** The page's programs, below `directory` instead of /srv: each says what it finds. */
function writeExample(directory: TestDirectory): string {
  directory.write("lobby", "#!/bin/sh\nexec env\n", 0o755);
  const chat = 'for name in SCRIPT_NAME PATH_INFO ROUTE_ROOM; do eval "value=\\$$name"';
  const record = `printf '{"type":"text","data":"%s=%s"}\\n' $name "$value"`;
  directory.write("chat", `#!/bin/sh\n${chat}\n${record}\ndone\necho "$1" >&2\n`, 0o755);
  directory.write("is-admin", '#!/bin/sh\n[ "$QUERY_STRING" = admin ]\n', 0o755);
  directory.write("show", "#!/bin/sh\nstty size\n", 0o755);
  mkdirSync(directory.file("tools"));
  directory.write("tools/sort", "#!/bin/sh\nexec env\n", 0o755);
  const text = replaced(EXAMPLE, [
    ["/srv/", `${directory.path}/`],
    ['["top"]', JSON.stringify([directory.file("show")])],
    ["port = 8080", "port = 0"],
  ]);
  return directory.write("config.toml", text);
}

/** From a page that the example lets in. */
const FROM_PAGE = ["Origin: https://example.com"];

async function variablesAt(server: { port: number }, target: string) {
  using client = await RawClient.open(server, { target, fields: FROM_PAGE });
  return await seenVariables(client);
}

test("each goes to its program, which finds where it is", async () => {
  using directory = new TestDirectory();
  await using server = await startServer([`--config=${writeExample(directory)}`]);
  const chat = await admission(server, { target: "/rooms/blue/a/b", fields: FROM_PAGE });
  const seen = variablesIn(chat.lines.join("\n"));
  expect(Object.fromEntries(seen)).toEqual({
    SCRIPT_NAME: "/rooms/blue",
    PATH_INFO: "/a/b",
    ROUTE_ROOM: "blue",
  });
  await server.logged(/--history=100/);
  const lobby = await variablesAt(server, "/elsewhere/a");
  expect([lobby.get("SCRIPT_NAME"), lobby.get("PATH_INFO")]).toEqual(["/", "/elsewhere/a"]);
  expect([...lobby.keys()].filter((name) => name.startsWith("ROUTE_"))).toEqual([]);
  const tool = await variablesAt(server, "/tools/sort/x");
  expect([tool.get("SCRIPT_NAME"), tool.get("PATH_INFO")]).toEqual(["/tools/sort", "/x"]);
  // Any one name: never empty, and no more than one.
  for (const target of ["/rooms", "/rooms/", "/rooms//a", "/rooms/%2e%2e/a"]) {
    expect((await variablesAt(server, target)).has("ROUTE_ROOM"), target).toBe(false);
  }
});

test("a route's gate and terminal are its own, and its host is asked", async () => {
  using directory = new TestDirectory();
  await using server = await startServer([`--config=${writeExample(directory)}`]);
  const { lines } = await admission(server, { target: "/top?admin", fields: FROM_PAGE });
  expect(lines.join("")).toBe("40 120\r\n");
  expect((await refusal(server, { target: "/top", fields: FROM_PAGE })).status).toBe(403);
  // Another host's /top is no route's.
  const other = ["X-Forwarded-Host: other.example", ...FROM_PAGE];
  const words = [`--config=${directory.file("config.toml")}`, "--trusted-proxy=127.0.0.1"];
  const fields = "--forwarded=x-forwarded-for,x-forwarded-host";
  await using proxied = await startServer([...words, fields]);
  using client = await RawClient.open(proxied, { target: "/top", fields: other });
  expect((await seenVariables(client)).get("PATH_INFO")).toBe("/top");
});

test("--route and --base-path do without a file", async () => {
  const routes = ["--route=/a/{b}=sh -c 'echo $SCRIPT_NAME $ROUTE_B'", "--base-path=/app"];
  await using server = await startServer(routes, { environment: { WEBSOCKD_ROUTE: "/c=echo c" } });
  expect((await admission(server, { target: "/app/a/b" })).lines).toEqual(["/app/a/b b"]);
  expect((await admission(server, { target: "/app/c" })).lines).toEqual(["c"]);
  for (const target of ["/a/b", "/app/d", "/"]) {
    expect((await refusal(server, { target })).status, target).toBe(404);
  }
});

test("what --check shows of a route is what the page has", async () => {
  const path = "/etc/websockd/config.toml";
  const result = judgeCall(readCall(["--check"]), [fileLayer(path, EXAMPLE)]);
  if (result.kind !== "check") throw new Error(JSON.stringify(result));
  const narrow = (text: string) => text.replaceAll(/ {2,}(?=\S)/g, "  ");
  const block = narrow(/^```\n(route [^]*?)^```/m.exec(PAGE)![1]!);
  expect(narrow(checkText(result, [], []))).toContain(block);
  using directory = new TestDirectory();
  const words = ["--check", "--address=127.0.0.1", `--config=${writeExample(directory)}`];
  const { status, stdout } = await runProgram(words);
  expect(stdout).toMatch(/^route \/tools\/\* +\(\/.*config\.toml:20\)$/m);
  expect(status).toBe(0);
});

test("the page has the options that a route may have", () => {
  const names = documentBlock("configuration.md", "text route-options").split(/\s+/);
  const own = OPTIONS.filter((row) => row.isPerRoute && row.name !== "dir").map((row) => row.name);
  expect(names).toEqual(own);
});

test("what is wrong with routes is told before anything listens", async () => {
  using directory = new TestDirectory();
  for (const [text, status, said] of [
    ["[[route]]\npath = '/a'\n", 78, ":1:1: [[route]]: /a has no program"],
    ["[[route]]\npath = '/a'\ncommand = ['cat']\nport = 1", 78, ":4:1: port is for the whole"],
    ["[[route]]\npath = '/a'\ncommand = ['cat']\nreadonly = true", 2, "[--readonly: /"],
  ] as const) {
    const path = directory.write("bad.toml", text);
    const finished = await runProgram(["--port=0", `--config=${path}`, "cat"]);
    expect(finished.stderr).not.toContain("listens on");
    expect(finished.stderr).toContain(said);
    expect(finished.status).toBe(status);
  }
});
