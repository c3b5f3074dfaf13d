// --gate before clients that nobody here wrote, and beside what else says who comes in and what runs.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { connect as connectPlain } from "node:net";
import { connect } from "node:tls";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, signedBy } from "../support/certificates.ts";
import { secretFile, tokenLine } from "../support/credential-files.ts";
import { curl, HAS_CURL } from "../support/curl.ts";
import { admission, gateOption, refusal } from "../support/gates.ts";
import { missing } from "../support/missing-peer.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { rejection } from "../support/rejection.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { FOREIGN_CLIENTS } from "../support/server-foreign-clients.ts";
import { isAlive } from "../support/server-processes.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const PYTHON = "/usr/bin/python3";
const hasWebsockets =
  existsSync(PYTHON) && Bun.spawnSync([PYTHON, "-c", "import websockets"]).success;
const hasOpenssl = Bun.which("openssl") !== null;

/** Lets in who asks for /in; b, if offered, is agreed on. */
const SCRIPT = `[ "$PATH_INFO" = /in ] || { printf 'Status: 401\\nWWW-Authenticate: Bearer\\n\\nNo.\\n'; exit 1; }
case $HTTP_SEC_WEBSOCKET_PROTOCOL in *b*) echo "Sec-WebSocket-Protocol: b";; esac
echo "Set-Cookie: a=b"; echo "User: gina"`;
const TELL = ["sh", "-c", 'echo "$REMOTE_USER [$WEBSOCKET_PROTOCOL]"; exec cat'];

describe.each(FOREIGN_CLIENTS)("%s", (_name, open) => {
  test.each(["--compress=off", "--compress=takeover"])("%s", async (compression) => {
    using directory = new TestDirectory();
    const words = [gateOption(directory, SCRIPT), compression, "--compress-min=1"];
    await using server = await startServer([...words, "--subprotocol=a,b", ...TELL]);
    expect(await rejection(open(`${server.url}out`, ["a"]))).toContain("it did not open");
    using client = await open(`${server.url}in`, ["a", "b"]);
    expect(client.protocol).toBe("b");
    expect(await client.message()).toBe("gina [b]");
    client.send("x".repeat(5000));
    expect(await client.message()).toBe("x".repeat(5000));
    using other = await open(`${server.url}in`, ["a"]);
    expect(other.protocol).toBe("a");
    expect(await other.message()).toBe("gina [a]");
  });
});

test.skipIf(missing("python3-websockets", hasWebsockets))("Python's websockets", async () => {
  using directory = new TestDirectory();
  await using server = await startServer([gateOption(directory, SCRIPT), ...TELL]);
  const ask = async (...words: string[]) => {
    const client = join(import.meta.dir, "../programs/gate_client.py");
    const child = Bun.spawn([PYTHON, client, ...words], { stdout: "pipe", stderr: "inherit" });
    return JSON.parse(await within("the client", child.stdout.text())) as unknown;
  };
  expect(await ask(`${server.url}in`, "b")).toEqual({ subprotocol: "b", message: "gina [b]" });
  expect(await ask(`${server.url}in`)).toEqual({ subprotocol: null, message: "gina []" });
  expect(await ask(`${server.url}out`, "b")).toEqual({ status: 401 });
});

test.skipIf(!HAS_CURL)("curl sees the refusal and the 101", async () => {
  using directory = new TestDirectory();
  await using server = await startServer([gateOption(directory, SCRIPT), ...TELL]);
  const fields = requestHead()
    .split("\r\n")
    .slice(2, -2)
    .flatMap((field) => ["-H", field]);
  const url = server.url.replace("ws:", "http:");
  const refused = await curl([...fields, `${url}out`]);
  expect(refused).toMatchObject({ exitCode: 0, status: 401, body: "No.\n" });
  expect(refused.fields.get("www-authenticate")).toBe("Bearer");
  expect(refused.fields.has("set-cookie")).toBe(false);
  const child = Bun.spawn(["curl", "-q", "-s", "-i", "-N", "--http1.1", ...fields, `${url}in`], {
    stdout: "pipe",
  });
  let text = "";
  for await (const chunk of child.stdout) {
    text += Buffer.from(chunk).toString("latin1");
    if (text.includes("gina")) break;
  }
  child.kill("SIGKILL");
  expect(text).toStartWith("HTTP/1.1 101 Switching Protocols\r\n");
  expect(text).toContain("\r\nSet-Cookie: a=b\r\n");
});

test.skipIf(!HAS_CURL || !hasOpenssl)(
  "a body as long as it may be comes whole, by TLS too",
  async () => {
    using directory = new TestDirectory();
    const gate = gateOption(directory, "echo; seq -w 9999 | head -c 16380; exit 1");
    const { certificate, key } = selfSigned(directory, "own", ["DNS:localhost"]);
    const tls = ["--ssl", `--sslcert=${certificate}`, `--sslkey=${key}`];
    const wanted = Bun.spawnSync(["sh", "-c", "seq -w 9999 | head -c 16380"]).stdout.toString();
    for (const words of [[], tls]) {
      await using server = await startServer([...words, gate, "cat"]);
      const fields = requestHead()
        .split("\r\n")
        .slice(2, -2)
        .flatMap((field) => ["-H", field]);
      const url = server.url.replace("ws", "http");
      const answer = await curl(["-k", "--http1.1", ...fields, url]);
      expect(answer).toMatchObject({ exitCode: 0, status: 403, body: wanted.trimEnd() + "\n" });
    }
  },
);

describe.skipIf(missing("openssl", hasOpenssl))("--ssl --sslca", () => {
  test("the gate knows the client's certificate, and hears of its end", async () => {
    using directory = new TestDirectory();
    const own = selfSigned(directory, "own", ["DNS:localhost", "IP:127.0.0.1"]);
    const authority = selfSigned(directory, "authority", ["DNS:authority"]);
    const client = signedBy(directory, authority, "/CN=client one");
    const script = `[ "$QUERY_STRING" = wait ] && { echo $$ > "${directory.file("pid")}"; exec sleep 60; }
[ "$SSL_CLIENT_S_DN_CN" = "client one" ] && echo "User: $SSL_CLIENT_S_DN_CN too"`;
    const tls = ["--ssl", `--sslcert=${own.certificate}`, `--sslkey=${own.key}`];
    const words = [...tls, `--sslca=${authority.certificate}`, gateOption(directory, script)];
    await using server = await startServer([
      ...words,
      "--gate-timeout=60s",
      "sh",
      "-c",
      "echo $REMOTE_USER",
    ]);
    const [cert, key, ca] = await Promise.all(
      [client.certificate, client.key, own.certificate].map((file) => Bun.file(file).text()),
    );
    const ask = (target: string) => {
      const socket = connect({
        port: server.port,
        host: "127.0.0.1",
        cert: cert!,
        key: key!,
        ca: ca!,
      });
      socket.write(requestHead({ target }));
      return socket;
    };
    const admitted = ask("/");
    const { promise, resolve } = Promise.withResolvers<string>();
    let text = "";
    admitted.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (text.includes("client one too")) resolve(text);
    });
    expect(await within("the program's line", promise)).toStartWith("HTTP/1.1 101 ");
    admitted.destroy();
    const waiting = ask("/?wait");
    const pid = Number(await eventually("its gate", () => directory.read("pid").trim()));
    waiting.destroy();
    await eventually("its end", () => !isAlive(pid));
  });
});

const isRoot = process.getuid?.() === 0;
test.skipIf(!isRoot)("--user, --limit: it is contained as the program is", async () => {
  using directory = new TestDirectory();
  Bun.spawnSync(["chmod", "755", directory.path]);
  const gate = gateOption(directory, 'echo "Env: WHO=$(id -u) $(id -g) $(ulimit -n)"');
  const words = ["--user=54321", "--group=54322", "--limit=nofile=77", gate];
  await using server = await startServer([...words, "sh", "-c", 'echo "$WHO"']);
  expect((await admission(server)).lines).toEqual(["54321 54322 77"]);
  Bun.spawnSync(["chmod", "700", directory.file("gate")]);
  const { status, stderr } = await runProgram(["--port=0", ...words, "cat"]);
  expect(status).toBe(78);
  expect(stderr).toContain(`"${directory.file("gate")}" is not executable for uid 54321`);
});

test("a Unix socket's client has a gate, too, which ends when it leaves", async () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  const wait = `echo $$ > "${directory.file("pid")}"; exec sleep 60`;
  const gate = gateOption(directory, `[ "$REMOTE_ADDR" = unix-socket ] && { ${wait}; }; exit 1`);
  const words = [`--unixsocket=${path}`, gate, "--gate-timeout=60s", "cat"];
  await using server = await startServer(words);
  expect((await refusal(server)).status).toBe(403);
  const client = connectPlain({ path });
  client.write(requestHead());
  const pid = Number(await eventually("its gate", () => directory.read("pid").trim()));
  client.end();
  await eventually("its end", () => !isAlive(pid));
  client.destroy();
});

test("--prefork: a program that waited is told what the gate said, or it is not let in", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, '[ "$QUERY_STRING" = env ] && echo Env: A=b; echo User: u');
  const words = ["--prefork=1", gate];
  const command = ["sh", "-c", 'read -r line; echo "$line"'];
  await using telling = await startServer([...words, "--prefork-env=line", ...command]);
  const { lines } = await admission(telling, { target: "/?env" });
  const told = { REMOTE_USER: "u", AUTH_TYPE: "Gate", A: "b", QUERY_STRING: "env" };
  expect(JSON.parse(lines[0]!)).toMatchObject(told);
  await using silent = await startServer([...words, "sh", "-c", 'echo "in$REMOTE_USER"']);
  expect((await admission(silent)).lines).toEqual(["in"]);
  expect(await silent.logged(/ CONNECT /)).toContain(" user=u ");
  expect((await refusal(silent, { target: "/?env" })).status).toBe(502);
  await silent.logged(/ is broken: It gave an Env, which no program of --prefork gets/);
});

test("--bearer-file comes before: the gate knows the name, and not the token", async () => {
  using directory = new TestDirectory();
  const script = `env > "${directory.file("seen")}"; [ "$REMOTE_USER" = alice ] && echo "Env: A=b"`;
  const lines = [tokenLine("alice", "token-one"), tokenLine("bob", "token-two")];
  const tokens = secretFile(directory, "tokens", ...lines);
  const words = [gateOption(directory, script), `--bearer-file=${tokens}`];
  await using server = await startServer([...words, "sh", "-c", "echo $REMOTE_USER $AUTH_TYPE $A"]);
  const bearing = (token: string) => ({ fields: [`Authorization: Bearer ${token}`] });
  expect((await admission(server, bearing("token-one"))).lines).toEqual(["alice Bearer b"]);
  expect(directory.read("seen")).not.toContain("token-one");
  expect((await refusal(server, bearing("token-two"))).status).toBe(403);
  expect(await server.logged(/ REFUSED .*of the gate/)).toContain(" user=bob ");
  expect((await refusal(server, bearing("token-three"))).status).toBe(401);
});
