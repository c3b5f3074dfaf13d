// Sockets that somebody else opened: with the real systemd-socket-activate, and with a real inetd.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned } from "../support/certificates.ts";
import { called, inetd, INETD } from "../support/inetd.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, isListening } from "../support/server-processes.ts";
import { PROGRAM, runProgram, TEST_TIMEOUT_MS } from "../support/server.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const SYSTEMD = "systemd-socket-activate";
const noSystemd = missing(SYSTEMD, Bun.which(SYSTEMD) !== null);
const noInetd = missing("inetd", existsSync(INETD));

async function echo(client: RawClient): Promise<void> {
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

async function leave(client: RawClient): Promise<void> {
  client.close(1000);
  expect((await client.farewell()).code).toBe(1000);
}

async function listening(port: number): Promise<void> {
  await eventually("that somebody listens", () => isListening(port));
}

test.skipIf(noSystemd)("one server for the socket that systemd opened", async () => {
  const port = freePort();
  const script = "echo $$; env; echo end; exec cat";
  const words = [SYSTEMD, "-l", `127.0.0.1:${port}`, "--fdname=web", ...PROGRAM];
  await using activated = new StartedProcess([...words, "--passenv=*", "sh", "-c", script]);
  await listening(port);
  using client = await RawClient.open({ port });
  const pid = Number(await client.line());
  const variables: string[] = [];
  for (let line = ""; line !== "end"; line = await client.line()) variables.push(line);
  expect(variables.filter((line) => line.startsWith("LISTEN_"))).toEqual([]);
  await echo(client);
  expect(readdirSync(`/proc/${pid}/fd`).toSorted()).toEqual(["0", "1", "2"]);
  using second = await RawClient.open({ port });
  expect(Number(await second.line())).not.toBe(pid);
  expect(await activated.end()).toBe(0);
});

test.skipIf(noSystemd)("a server for each connection that systemd accepted", async () => {
  const port = freePort();
  const words = [SYSTEMD, "--accept", "-l", `127.0.0.1:${port}`, ...PROGRAM, "cat"];
  await using activated = new StartedProcess(words);
  await listening(port);
  using first = await RawClient.open({ port });
  await echo(first);
  using second = await RawClient.open({ port });
  await echo(second);
  expect(childrenOf(activated.pid).length).toBe(2);
  await leave(first);
  await echo(second);
  await leave(second);
  await eventually("the end of both", () => childrenOf(activated.pid).length === 0);
});

test.skipIf(noSystemd)("a Unix socket of systemd's stays where it is", async () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  await using activated = new StartedProcess([SYSTEMD, "-l", path, ...PROGRAM, "cat"]);
  await eventually("the socket", () => existsSync(path));
  expect((await fetch("http://localhost/", { unix: path })).status).toBe(404);
  expect(await activated.end()).toBe(0);
  expect(existsSync(path)).toBe(true);
});

test.skipIf(noSystemd)(
  "a socket named redirect sends on to the other, whichever is first",
  async () => {
    const [plain, port] = [freePort(), freePort()];
    const sockets = ["-l", `127.0.0.1:${plain}`, "-l", `127.0.0.1:${port}`];
    const words = [SYSTEMD, ...sockets, "--fdname=redirect:web", ...PROGRAM, "cat"];
    await using activated = new StartedProcess(words);
    await listening(plain);
    const response = await fetch(`http://127.0.0.1:${plain}/x`, { redirect: "manual" });
    expect(response.headers.get("location")).toBe(`http://127.0.0.1:${port}/x`);
    expect(await activated.end()).toBe(0);
    expect(await activated.stderr).toContain(`websockd listens on ws://127.0.0.1:${port}/"`);
  },
);

test.skipIf(noInetd)("inetd: a server for each connection, and a log in a file", async () => {
  using directory = new TestDirectory();
  const log = directory.file("log");
  const words = [...called("bun"), "--inetd", `--log-file=${log}`, "cat"];
  const { port, process } = inetd(directory, "nowait", words);
  await using _ = process;
  await listening(port);
  using client = await RawClient.open({ port });
  await echo(client);
  await leave(client);
  await eventually("its end", () => childrenOf(process.pid).length === 0);
  const lines = directory.read("log");
  expect(lines).toContain("msg=CONNECT ");
  expect(lines).toContain("its one client has left");
});

test.skipIf(noInetd)("inetd wait: one server for the socket, until --exit-idle", async () => {
  using directory = new TestDirectory();
  const words = [...called("bun"), "--inetd", "--exit-idle=100ms", "cat"];
  const { port, process } = inetd(directory, "wait", words);
  await using _ = process;
  await listening(port);
  for (let i = 0; i < 2; i++) {
    using client = await RawClient.open({ port });
    await echo(client);
    await leave(client);
    await eventually("its end", () => childrenOf(process.pid).length === 0);
  }
});

test.skipIf(noInetd)("inetd: called by a program's name, it runs that program", async () => {
  using directory = new TestDirectory();
  directory.write("life", "#!/bin/sh\necho alive; cat\n", 0o755);
  const words = [...called("life"), "--inetd", `--inetd-path=${directory.path}`];
  const { port, process } = inetd(directory, "nowait", words);
  await using _ = process;
  await listening(port);
  using client = await RawClient.open({ port });
  expect(await client.line()).toBe("alive");
  await echo(client);
  await leave(client);
});

test.skipIf(noInetd)("inetd: what is wrong is not told to the client", async () => {
  using directory = new TestDirectory();
  const log = directory.file("log");
  const words = [...called("bun"), "--inetd", `--log-file=${log}`, "no-such-program"];
  const { port, process } = inetd(directory, "nowait", words);
  await using _ = process;
  await listening(port);
  using client = await RawClient.connect(port);
  expect(Buffer.from(await client.rest()).toString()).toBe("");
  expect(directory.read("log")).toContain("Cannot find the program");
});

test.skipIf(noInetd)("inetd: nor is a word that is no option", async () => {
  using directory = new TestDirectory();
  const { port, process } = inetd(directory, "nowait", [...called("bun"), "--inetd", "--nonsense"]);
  await using _ = process;
  await listening(port);
  using client = await RawClient.connect(port);
  expect(Buffer.from(await client.rest()).toString()).toBe("");
});

test.skipIf(noSystemd)("inetd: what is wrong is told to the system's log", async () => {
  using directory = new TestDirectory();
  const logger = `#!/bin/sh\nfor word; do echo "$word"; done >> ${directory.file("said")}\n`;
  directory.write("logger", logger, 0o755);
  const PATH = `${directory.path}:${process.env["PATH"]}`;
  for (const [words, text] of [
    [["--inetd", "--nonsense", "cat"], "--nonsense"],
    [["--inetd", "no-such-program"], "Cannot find the program"],
  ] as const) {
    const port = freePort();
    const accepting = [SYSTEMD, "--accept", "--inetd", "-l", `127.0.0.1:${port}`];
    await using _ = new StartedProcess([...accepting, `-EPATH=${PATH}`, ...PROGRAM, ...words]);
    await listening(port);
    using client = await RawClient.connect(port);
    expect(Buffer.from(await client.rest()).toString()).toBe("");
    await eventually("a line", () => directory.read("said").includes(text));
  }
  expect(directory.read("said")).toStartWith("-t\nwebsockd\n-p\ndaemon.err\n--\n");
});

test.skipIf(noSystemd)(
  "TLS on a connection that systemd accepted, and on a socket of its",
  async () => {
    using directory = new TestDirectory();
    const { certificate, key } = selfSigned(directory, "first", ["IP:127.0.0.1"]);
    const tls = ["--ssl", `--sslcert=${certificate}`, `--sslkey=${key}`];
    for (const accept of [["--accept"], []]) {
      const port = freePort();
      const words = [SYSTEMD, ...accept, "-l", `127.0.0.1:${port}`, ...PROGRAM, ...tls, "cat"];
      await using _ = new StartedProcess(words);
      await listening(port);
      const client = new WebSocket(`wss://127.0.0.1:${port}/`, {
        tls: { ca: readFileSync(certificate, "utf8") },
      });
      client.onopen = () => client.send("hello");
      const echoed = new Promise((resolve, reject) => {
        client.onmessage = ({ data }) => resolve(data);
        client.onclose = ({ reason }) => reject(new Error(`closed: ${reason}`));
      });
      expect(await within("the echo", echoed)).toBe("hello");
      client.close();
    }
  },
);

test.skipIf(noSystemd)(
  "--daemon cannot take the sockets of systemd along, and says so",
  async () => {
    using directory = new TestDirectory();
    const port = freePort();
    const words = [SYSTEMD, "-l", `127.0.0.1:${port}`, ...PROGRAM, "--daemon"];
    await using activated = new StartedProcess([
      ...words,
      `--log-file=${directory.file("l")}`,
      "cat",
    ]);
    await listening(port);
    using client = await RawClient.connect(port);
    client.write("x");
    expect(await within("its end", activated.child.exited)).toBe(78);
    expect(await activated.stderr).toContain("leave --daemon out: systemd keeps it");
  },
);

test("--inetd without a socket is refused, with the remedy", async () => {
  const { status, stderr } = await runProgram(["--inetd", "cat"]);
  expect(status).toBe(78);
  expect(stderr).toContain("standard input is no socket (start websockd from inetd");
});
