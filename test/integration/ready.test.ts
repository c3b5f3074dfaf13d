// --ready-fd and sd_notify(3): who started websockd hears when it listens, reloads and stops.

import { closeSync, readSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { NotifyReceiver } from "../support/notify-receiver.ts";
import { eventually } from "../support/server-deadline.ts";
import { isAlive, isListening } from "../support/server-processes.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { PROGRAM, runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { makePipe } from "../../src/descriptors/posix.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const noPython = missing("python3", Bun.which("python3") !== null);

/** One that no process has open by chance. */
const DESCRIPTOR = 50;

test.skipIf(noPython).each(["a path", "an abstract name"])("sd_notify by %s", async (kind) => {
  using directory = new TestDirectory();
  const name = directory.file("notify");
  await using receiver = await NotifyReceiver.at(directory, kind === "a path" ? name : `@${name}`);
  const environment = { NOTIFY_SOCKET: receiver.path, WATCHDOG_USEC: "100000" };
  await using server = await startServer(["--passenv=*", "cat"], { environment });
  await receiver.heard(`READY=1\\nSTATUS=listens on ${server.url}\\nMAINPID=${server.pid}'`);
  await receiver.heard("'WATCHDOG=1'");
  server.signal("SIGHUP");
  await eventually("a reload", () => /'RELOADING=1\\nMONOTONIC_USEC=\d+'/.test(receiver.text));
  await receiver.heard("'READY=1'");
  await server.stop();
  await receiver.heard("'STOPPING=1\\nSTATUS=stopping'");
});

test.skipIf(noPython)("it is stopping from the signal on, and lives all the while", async () => {
  using directory = new TestDirectory();
  await using receiver = await NotifyReceiver.at(directory, directory.file("notify"));
  const environment = { NOTIFY_SOCKET: receiver.path, WATCHDOG_USEC: "100000" };
  await using server = await startServer(["--drain-delay=10m", "cat"], { environment });
  server.signal("SIGTERM");
  await receiver.heard("'STOPPING=1\\nSTATUS=stopping'");
  const soFar = receiver.text.length;
  await eventually("a sign of life", () => receiver.text.slice(soFar).includes("WATCHDOG=1"));
  expect(isListening(server.port)).toBe(true);
  server.signal("SIGTERM");
  expect(await server.exited()).toBe(143);
});

/** Starts the program with the write end of a pipe as DESCRIPTOR, and reads what comes of it. */
async function readyText(words: readonly string[]): Promise<string> {
  const pipe = makePipe()!;
  const between = Array.from({ length: DESCRIPTOR - 3 }, () => "ignore" as const);
  const child = Bun.spawn(
    [...PROGRAM, "--port=0", "--address=127.0.0.1", `--ready-fd=${DESCRIPTOR}`, ...words],
    {
      stdio: ["ignore", "ignore", "ignore", ...between, pipe.writeEnd],
    },
  );
  closeSync(pipe.writeEnd);
  try {
    const bytes = Buffer.alloc(8);
    const length = readSync(pipe.readEnd, bytes);
    expect(readSync(pipe.readEnd, Buffer.alloc(8))).toBe(0);
    return bytes.toString("latin1", 0, length);
  } finally {
    closeSync(pipe.readEnd);
    child.kill();
    await child.exited;
  }
}

test("--ready-fd gets a line feed and its end when all sockets listen", async () => {
  expect(await readyText(["cat"])).toBe("\n");
});

test("--ready-fd of a daemon is its starter's", async () => {
  using directory = new TestDirectory();
  const files = [`--log-file=${directory.file("log")}`, `--pidfile=${directory.file("pid")}`];
  expect(await readyText(["--daemon", ...files, "cat"])).toBe("\n");
  expect(directory.read("log")).toContain("websockd listens on ws://127.0.0.1:");
  const pid = Number(directory.read("pid"));
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, "SIGTERM");
  await eventually("the daemon's end", () => !isAlive(pid));
});

test("a descriptor that is not open is refused", async () => {
  const { status, stderr } = await runProgram(["--port=0", "--ready-fd=9", "cat"]);
  expect(status).toBe(78);
  expect(stderr).toContain("--ready-fd=9: this descriptor is not open");
});
