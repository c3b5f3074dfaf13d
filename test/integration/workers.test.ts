// --workers: several processes share the clients; limits, logs, signals and idle time are of the whole.

import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned } from "../support/certificates.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf, isAlive, isListening } from "../support/server-processes.ts";
import { PROGRAM, runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { parentsOf, startWorkers, workerPids, workersGone } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** So many that one worker of two has none of them once in 2^39 runs. */
const MANY = 40;

async function openMany(server: { port: number }, count = MANY): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => RawClient.open(server)));
}

async function echo(client: RawClient): Promise<void> {
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

test("clients are spread over the workers, and the parent has none", async () => {
  await using server = await startWorkers(2, ["cat"]);
  const pids = workerPids(server);
  expect(pids).toHaveLength(2);
  expect(childrenOf(server.pid).map(({ pid }) => pid)).toEqual(pids.toSorted((a, b) => a - b));
  const clients = await openMany(server);
  await Promise.all(clients.map(echo));
  await eventually("all of them in the log", () => server.services.length === MANY);
  const parents = parentsOf(server);
  expect(parents).toHaveLength(MANY);
  expect([...new Set(parents)].toSorted((a, b) => a - b)).toEqual(pids.toSorted((a, b) => a - b));
  for (const client of clients) client[Symbol.dispose]();
});

test("lines are whole, and say whose they are; a session's number is its worker's", async () => {
  await using server = await startWorkers(2, ["sh", "-c", "yes | head -c 3000 >&2; exec cat"]);
  const clients = await openMany(server);
  await Promise.all(clients.map(echo));
  for (const client of clients) client.close(1000);
  await eventually("all accounts", () => server.matching(/ DISCONNECT /).length === MANY);
  await server.stop();
  const isWorkers = /^\d{4}-\S+Z [A-Z]+ .* worker=[12]$/;
  const ofParent = server.lines.filter((line) => !isWorkers.test(line));
  expect(
    ofParent.map((line) => line.replace(/^\S+Z INFO +| (?:worker=|ws:|signal).*/g, "")),
  ).toEqual([
    ...Array.from({ length: 2 }, () => "a worker accepts"),
    "websockd listens on",
    "stopping",
    ...Array.from({ length: 2 }, () => "a worker has ended: exit 0"),
  ]);
  expect(server.matching(/ERROR {2}y session=/)).toHaveLength(MANY * 1500);
  const names = server
    .matching(/ CONNECT /)
    .map((line) => /session=\d+/.exec(line)![0] + / worker=\d/.exec(line)![0]);
  expect(new Set(names).size).toBe(MANY);
});

test("a port that another server shares with its workers is in use", async () => {
  await using server = await startWorkers(2, ["cat"]);
  for (const workers of [1, 2]) {
    const words = [`--port=${server.port}`, "--address=127.0.0.1", `--workers=${workers}`, "cat"];
    const { status, stderr } = await runProgram(words);
    expect(status).toBe(69);
    expect(stderr).toContain(`port ${server.port} is in use (choose another --port)`);
  }
  expect(isListening(server.port)).toBe(true);
});

test("a port that one without workers has is in use for them, too", async () => {
  await using server = await startServer(["cat"]);
  const words = [`--port=${server.port}`, "--address=127.0.0.1", "--workers=2", "cat"];
  expect(await runProgram(words)).toMatchObject({ status: 69 });
});

test("drain: 1001 to the clients of all, status 0, nobody left", async () => {
  await using server = await startWorkers(2, ["sh", "-c", "sleep 1000 & exec cat"]);
  const pids = workerPids(server);
  const clients = await openMany(server);
  await Promise.all(clients.map(echo));
  server.signal("SIGINT");
  const farewells = await Promise.all(clients.map((client) => client.settle()));
  expect(new Set(farewells.map(({ code }) => code))).toEqual(new Set([1001]));
  expect(await server.exited()).toBe(0);
  expect(pids.some(isAlive)).toBe(false);
  expect(server.leftovers()).toEqual([]);
  expect(server.matching(/ a worker has ended: exit 0 /)).toHaveLength(2);
});

test("while it stops, nobody is let in", async () => {
  const deaf = "trap '' INT TERM; echo ready; while :; do sleep 0.05; done";
  await using server = await startWorkers(2, ["--closems=600000", "sh", "-c", deaf]);
  const pids = workerPids(server);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  server.signal("SIGTERM");
  expect((await client.settle()).code).toBe(1001);
  await eventually("no listener", () => !isListening(server.port));
  server.signal("SIGINT"); // a second signal ends everything at once
  expect(await server.exited()).toBe(130);
  await workersGone(pids);
  await eventually("the services' end", () => server.leftovers().length === 0);
});

test("signals of the terminal are the parent's alone", async () => {
  await using server = await startWorkers(2, ["cat"]);
  const pids = workerPids(server);
  const sessions = childrenOf(server.pid).map(({ session }) => session);
  expect(sessions.toSorted((a, b) => a - b)).toEqual(pids.toSorted((a, b) => a - b));
});

test("TLS, and SIGHUP reads the certificates of all anew", async () => {
  using directory = new TestDirectory();
  const { certificate, key } = selfSigned(directory, "first", ["IP:127.0.0.1"]);
  const tls = ["--ssl", `--sslcert=${certificate}`, `--sslkey=${key}`];
  await using server = await startWorkers(2, [...tls, "cat"]);
  expect(server.url).toStartWith("wss://");
  const first = readFileSync(certificate, "utf8");
  const connect = async (ca: string) => {
    const client = new WebSocket(server.url, { tls: { ca } });
    const opened = new Promise((resolve, reject) => {
      client.onopen = resolve;
      client.onerror = reject;
    });
    await within("an open WebSocket", opened);
    client.close();
  };
  await connect(first);
  selfSigned(directory, "first", ["IP:127.0.0.1"]);
  server.signal("SIGHUP");
  await eventually("both", () => server.matching(/certificates read worker=/).length === 2);
  const second = readFileSync(certificate, "utf8");
  for (let i = 0; i < 12; i++) await connect(second);
  const served = await Promise.all(Array.from({ length: MANY }, () => certificateOf(server.port)));
  expect(new Set(served)).toEqual(new Set([new X509Certificate(second).fingerprint256]));
  expect(served).not.toContain(new X509Certificate(first).fingerprint256);
});

/**
 * The fingerprint of what is served. Not by a WebSocket that refuses it: Bun 1.4.5 then takes away the descriptor of another
 * stream of ours at times, and its end never comes.
 */
async function certificateOf(port: number): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
  try {
    await within("TLS", once(socket, "secureConnect"));
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}

test("a Unix socket is everybody's, and its file the parent's", async () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  await using server = await startWorkers(2, [`--unixsocket=${path}`, "--staticdir=/", "cat"]);
  expect(server.urls[1]).toBe(`unix:${path}`);
  for (let i = 0; i < 10; i++) {
    expect((await fetch("http://localhost/nothing", { unix: path })).status).toBe(404);
  }
  const [pid] = workerPids(server);
  process.kill(pid!, "SIGKILL");
  await eventually("another", () => workerPids(server)[0] !== pid);
  expect((await fetch("http://localhost/nothing", { unix: path })).status).toBe(404);
  await server.stop();
  expect(existsSync(path)).toBe(false);
});

test("--redirport of all workers", async () => {
  const plain = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = plain;
  plain.stop(true);
  await using server = await startWorkers(2, [`--redirport=${port}`, "cat"]);
  for (let i = 0; i < 12; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/x`, { redirect: "manual" });
    expect(response.headers.get("location")).toBe(`http://127.0.0.1:${server.port}/x`);
  }
});

test("--exit-idle is of the whole", async () => {
  await using server = await startWorkers(2, ["--exit-idle=300ms", "cat"]);
  const clients = await openMany(server, 8);
  const last = clients.pop()!;
  for (const client of clients) client.close(1000);
  await eventually("their accounts", () => server.matching(/ DISCONNECT /).length === 7);
  await Bun.sleep(600); // twice its time, with one client left; too short would only make the test weaker
  await echo(last);
  last.close(1000);
  expect(await server.exited()).toBe(0);
  expect(server.matching(/ stopping reason="nobody was connected \(--exit-idle\)"$/)).toHaveLength(
    1,
  );
});

test("programs and workers inherit nothing that is not theirs, and nothing grows", async () => {
  await using server = await startWorkers(2, [
    "sh",
    "-c",
    "ls /proc/self/fd; echo $WEBSOCKD_WORKER.",
  ]);
  using client = await RawClient.open(server);
  const { messages } = await client.settle();
  const lines = messages.map((bytes) => Buffer.from(bytes).toString());
  expect(lines).toEqual(["0", "1", "2", "3", "."]); // 3: the directory that ls reads
  const [pid] = workerPids(server);
  const before = descriptorsOf(server.pid);
  process.kill(pid!, "SIGKILL");
  await eventually("another", () => workerPids(server)[0] !== pid);
  await eventually("no more descriptors", () => descriptorsOf(server.pid) === before);
});

test("--workers=auto: as many as this process may use", async () => {
  await using server = await startServer(["--workers=auto", "cat"], {
    program: ["taskset", "-c", "0", ...PROGRAM],
  });
  expect(server.matching(/a worker accepts/)).toEqual([]);
  using client = await RawClient.open(server);
  await echo(client);
  expect(parentsOf(server)).toEqual([server.pid]);
});
