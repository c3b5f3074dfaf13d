// --stop, --on-client-close, --linger: how a program comes to its end, and that it may close what it likes before.

import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** More than the ladder that nobody asked for takes; too short would only make a test weaker. */
const LONG_MS = 1200;
const DEAF = `trap 'echo INT >> "$1"' INT; trap 'echo TERM >> "$1"' TERM; trap 'echo HUP >> "$1"' HUP; `;
const FOREVER = "echo ready; while :; do sleep 0.02; done";
/** Writes `done` when the test says so, by making the file. */
const WAITS = `while [ ! -e "$1" ]; do sleep 0.02; done; echo done`;

async function leave(client: RawClient): Promise<void> {
  client.close(1000);
  await client.farewell();
}

async function account(server: TestServer): Promise<string> {
  const line = await server.logged(/ DISCONNECT /);
  expect(server.leftovers()).toEqual([]);
  return line;
}

test.concurrent("--stop says which signals, in which order", async () => {
  using directory = new TestDirectory();
  const words = ["--stop=HUP:100ms,TERM:100ms,KILL", "sh", "-c", DEAF + FOREVER, "sh"];
  await using server = await startServer([...words, directory.file("log")]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  await leave(client);
  expect(await account(server)).toContain(" signal=SIGKILL ");
  expect(directory.read("log")).toBe("HUP\nTERM\n");
});

test.concurrent("without eof in it, a program does not see the end of its stdin", async () => {
  using directory = new TestDirectory();
  const script = `trap 'echo TERM >> "$1"; exit 0' TERM; echo ready; cat; echo EOF >> "$1"`;
  await using server = await startServer([
    "--stop=TERM:200ms",
    "sh",
    "-c",
    script,
    "sh",
    directory.file("log"),
  ]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  await leave(client);
  expect(await account(server)).toContain(" exit=0 ");
  expect(directory.read("log")).toBe("TERM\n");
});

test.concurrent("--on-client-close=finish: the program ends when it likes", async () => {
  using directory = new TestDirectory();
  const script = `cat > /dev/null; ${WAITS} > "$2"; exit 7`;
  const files = [directory.file("go"), directory.file("log")];
  await using server = await startServer([
    "--on-client-close=finish",
    "sh",
    "-c",
    script,
    "sh",
    ...files,
  ]);
  using client = await RawClient.open(server);
  client.text("begin");
  await leave(client);
  await Bun.sleep(LONG_MS);
  expect(server.matching(/ DISCONNECT /)).toEqual([]);
  await Bun.write(files[0]!, "");
  expect(await account(server)).toContain(" exit=7 ");
  expect(directory.read("log")).toBe("done\n");
});

test.concurrent("what it still writes for nobody does not stop it", async () => {
  const script = "cat > /dev/null; seq 1000000; exit 7";
  await using server = await startServer(["--on-client-close=finish", "sh", "-c", script]);
  using client = await RawClient.open(server);
  await leave(client);
  expect(await account(server)).toContain(" exit=7 ");
});

test.concurrent("--finish-timeout: then the ladder", async () => {
  const words = ["--on-client-close=finish", "--finish-timeout=50ms", "sh", "-c"];
  await using server = await startServer([...words, `trap '' INT; ${FOREVER}`]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  await leave(client);
  expect(await account(server)).toContain(" signal=SIGTERM ");
});

test.concurrent("the server's own end waits for no program that finishes", async () => {
  await using server = await startServer(["--on-client-close=finish", "sh", "-c", FOREVER]);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("ready");
  await leave(client);
  await server.stop();
  expect(await account(server)).toContain(" signal=SIGINT ");
});

test.concurrent("--linger: what a grandchild writes so long after the exit is sent", async () => {
  using directory = new TestDirectory();
  const words = ["--linger=1m", "sh", "-c", `(${WAITS}) & exit 0`, "sh", directory.file("go")];
  await using server = await startServer(words);
  using client = await RawClient.open(server);
  await Bun.sleep(LONG_MS);
  await Bun.write(directory.file("go"), "");
  expect(await client.line()).toBe("done");
  expect(await client.farewell()).toMatchObject({ code: 1000, reason: "exit 0" });
});

test.concurrent("--linger: not when the client is gone", async () => {
  using directory = new TestDirectory();
  const words = ["--linger=1h", "sh", "-c", `(${WAITS}) & exit 0`, "sh", directory.file("go")];
  await using server = await startServer(words);
  using client = await RawClient.open(server);
  await server.logged(/ CONNECT /);
  const pid = server.services[0]!;
  await eventually("the exit", () => server.leftovers().every((process) => process.pid !== pid));
  await leave(client);
  await account(server);
});

test.concurrent("a program may close stdout, and go on to read", async () => {
  using directory = new TestDirectory();
  const script = `exec >&-; while read line; do echo "$line" >> "$1"; done; exit 5`;
  await using server = await startServer(["sh", "-c", script, "sh", directory.file("log")]);
  using client = await RawClient.open(server);
  await Bun.sleep(LONG_MS / 4); // its stdout has ended, most likely
  client.text("one");
  client.text("two");
  await eventually("both lines", () => directory.read("log") === "one\ntwo\n");
  await leave(client);
  expect(await account(server)).toContain(" exit=5 ");
});
