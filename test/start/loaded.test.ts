// What a start loads: no feature that its words do not ask for, and each that they do before it listens.

import { cpSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned } from "../support/certificates.ts";
import { secretFile, tokenLine } from "../support/credential-files.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const SOURCES = join(import.meta.dir, "../../src");
const PRINT = join(import.meta.dir, "print-loaded.ts");

/** The files below src that it has loaded when it ends, and what it said. */
async function run(...words: string[]): Promise<{ loaded: Set<string>; stderr: string }> {
  const program = [process.execPath, `--preload=${PRINT}`, join(SOURCES, "main.ts")];
  const { status, stdout, stderr } = await runProgram(words, { program });
  expect([status, stderr]).toEqual([0, expect.anything()]);
  const paths = stdout.split("\n").map((path) => relative(SOURCES, path));
  return { loaded: new Set(paths.filter((path) => /^(?!\.\.).*\.\w+$/.test(path))), stderr };
}

/** Those of a server to which nobody came. */
async function loadedBy(...words: string[]): Promise<Set<string>> {
  const first = ["--port=0", "--address=127.0.0.1", "--exit-idle=100ms"];
  const { loaded, stderr } = await run(...first, ...words);
  expect(stderr).toContain("listens on");
  return loaded;
}

/** Those of the runtime that they import, without the types. */
function runtimeModulesOf(files: Iterable<string>): Set<string> {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const sources = [...files].filter((path) => path.endsWith(".ts"));
  const imports = sources.flatMap((path) => {
    const source = readFileSync(join(SOURCES, path), "utf8").replace(/^#!.*/, "");
    return transpiler.scanImports(source).filter(({ kind }) => kind === "import-statement");
  });
  return new Set(imports.map(({ path }) => path).filter((path) => !path.startsWith(".")));
}

let plain: ReadonlySet<string>;
beforeAll(async () => {
  plain = await loadedBy("cat");
});

test("a plain start loads nothing of the runtime that is dear", () => {
  expect(plain).toContain("main.ts");
  expect(plain).toContain("websocket/decoder.ts");
  const cheap = ["bun:ffi", "node:buffer", "node:fs", "node:os", "node:path"];
  expect([...runtimeModulesOf(plain)].filter((name) => !cheap.includes(name))).toEqual([]);
});

test("the parent of several workers loads nothing that only they need", async () => {
  const loaded = await loadedBy("--workers=2", "cat");
  expect(loaded).toContain("start/parent.ts");
  const theirs = ["server/server.ts", "net/connection.ts", "websocket/decoder.ts"];
  expect(theirs.filter((path) => loaded.has(path))).toEqual([]);
  expect(theirs.filter((path) => plain.has(path))).toEqual(theirs);
});

test("several workers load what they tell the operator only where somebody asks", async () => {
  const words = ["--workers=2", "cat"];
  const files = ["server/watch.ts", "server/admin-of-workers.ts", "admin/questions.ts"];
  const [without, asked] = [
    await loadedBy(...words),
    await loadedBy("--admin=127.0.0.1:0", ...words),
  ];
  expect(files.filter((path) => without.has(path))).toEqual([]);
  expect(files.filter((path) => !asked.has(path))).toEqual([]);
});

test("what starts no server loads nothing of one", async () => {
  const { loaded } = await run("--version");
  expect(loaded).toContain("cli/options.ts");
  expect(["start/run.ts", "server/resources.ts"].filter((path) => loaded.has(path))).toEqual([]);
});

test("a feature that cannot be loaded ends the start, and concerns nobody else", async () => {
  using directory = new TestDirectory();
  cpSync(SOURCES, directory.file("src"), { recursive: true });
  rmSync(directory.file("src/server/gate.ts"));
  const options = { program: [process.execPath, directory.file("src/main.ts")] };
  const words = ["--port=0", "--address=127.0.0.1", "--exit-idle=100ms"];
  const gated = await runProgram([...words, "--gate=true", "cat"], options);
  expect([gated.status, gated.stderr]).toEqual([1, expect.stringContaining("gate.ts")]);
  expect(gated.stderr).not.toContain("listens on");
  const { status, stderr } = await runProgram([...words, "cat"], options);
  expect([status, stderr]).toEqual([0, expect.stringContaining("listens on")]);
});

/** Given a directory, the words that ask for a feature, and some of the files that it is made of. */
const FEATURES: Readonly<
  Record<string, readonly [words: (at: TestDirectory) => readonly string[], files: string[]]>
> = {
  TLS: [tlsWords, ["server/tls.ts", "net/tls-context.ts", "net/tls-listener.ts"]],
  authentication: [
    (at) => [`--bearer-file=${secretFile(at, "tokens", tokenLine("ann", "secret"))}`, "cat"],
    ["server/credentials.ts", "server/authenticator.ts", "access/token-file.ts"],
  ],
  containment: [() => ["--umask=022", "cat"], ["server/containment.ts", "service/cgroup.ts"]],
  proxies: [
    () => ["--trusted-proxy=192.0.2.1", "cat"],
    ["server/proxies.ts", "http/forwarding.ts", "net/proxy-awaiter.ts"],
  ],
  gate: [() => ["--gate=true", "cat"], ["server/gate.ts", "service/consultation.ts"]],
  "spare programs": [() => ["--prefork=1", "cat"], ["server/prefork.ts", "service/spares.ts"]],
  terminal: [
    () => ["--pty", "cat"],
    ["server/terminal.ts", "service/terminal-launcher.ts", "descriptors/pty.ts"],
  ],
  routes: [
    () => ["--route=/a=cat"],
    [
      "cli/routing.ts",
      "cli/to-routes.ts",
      "cli/route-text.ts",
      "server/route-finder.ts",
      "http/route.ts",
    ],
  ],
  "a base path": [() => ["--base-path=/a", "cat"], ["server/route-finder.ts", "http/route.ts"]],
  compression: [() => ["--compress=on", "cat"], ["websocket/permessage-deflate.ts"]],
  "reverse lookup": [() => ["--reverselookup", "cat"], ["net/lookup.ts"]],
  "the operator's door": [
    () => ["--admin=127.0.0.1:0", "cat"],
    [
      "server/admin.ts",
      "server/tally.ts",
      "admin/listener.ts",
      "admin/exposition.ts",
      "admin/live-view.ts",
    ],
  ],
  health: [
    () => ["--health=127.0.0.1:0", "cat"],
    ["server/health.ts", "server/watch.ts", "admin/health-listener.ts"],
  ],
  "CGI scripts": [({ path }) => [`--cgidir=${path}`], ["server/cgi.ts", "http/cgi-response.ts"]],
  "static files": [({ path }) => [`--staticdir=${path}`], ["handlers/static-files.ts"]],
  console: [() => ["--console", "cat"], ["handlers/dev-console.ts"]],
  "console of a terminal": [
    () => ["--pty", "--console", "cat"],
    ["handlers/terminal-console.ts", "handlers/terminal-page.txt"],
  ],
  "Unix socket": [(at) => [`--unixsocket=${at.file("socket")}`, "cat"], ["net/unix-socket.ts"]],
  "configuration file": [
    (at) => [`--config=${at.write("a.toml", "command = ['cat']")}`],
    ["start/config-file.ts", "cli/config-file.ts", "cli/statements.ts"],
  ],
  "pid file": [(at) => [`--pidfile=${at.file("pid")}`, "cat"], ["start/pid-file.ts"]],
};

function tlsWords(at: TestDirectory): readonly string[] {
  const { certificate, key } = selfSigned(at, "localhost", ["DNS:localhost"]);
  return ["--ssl", `--sslcert=${certificate}`, `--sslkey=${key}`, "cat"];
}

test("what anybody may ask for has no live view, and ends no session", async () => {
  const loaded = await loadedBy("--health=127.0.0.1:0", "cat");
  expect(loaded).toContain("server/health.ts");
  const theirs = ["server/admin.ts", "admin/listener.ts", "admin/live-view.ts"];
  expect(theirs.filter((path) => loaded.has(path))).toEqual([]);
});

test("a console of lines has no terminal emulator", async () => {
  const loaded = await loadedBy("--pty=pipe", "--console", "cat");
  expect(loaded).toContain("handlers/dev-console.ts");
  expect(loaded).not.toContain("handlers/terminal-console.ts");
});

describe.each(Object.entries(FEATURES))("%s", (_, [words, files]) => {
  test("it is not loaded by others", () => {
    expect(files.filter((path) => plain.has(path))).toEqual([]);
  });

  test("it is loaded before anybody comes", async () => {
    using directory = new TestDirectory();
    const loaded = await loadedBy(...words(directory));
    expect(files.filter((path) => !loaded.has(path))).toEqual([]);
  });
});
