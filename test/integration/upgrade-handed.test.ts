// What is handed on with SIGUSR2, each as its users see it.

import { existsSync, readdirSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl } from "../support/admin.ts";
import { selfSigned } from "../support/certificates.ts";
import { Generations } from "../support/generations.ts";
import { healthUrl } from "../support/health.ts";
import { loadDuring } from "../support/load-during.ts";
import { missing } from "../support/missing-peer.ts";
import { NotifyReceiver } from "../support/notify-receiver.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening, unreadFrom } from "../support/server-processes.ts";
import { runProgram, TEST_TIMEOUT_MS } from "../support/server.ts";
import { freePort } from "../support/started-process.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

/** Asks the whole time while something is done; returns each answer once. */
async function answersDuring(
  ask: () => Promise<Response>,
  act: () => Promise<void>,
): Promise<Set<number>> {
  const statuses = new Set<number>();
  let isOver = false;
  const asking = (async () => {
    while (!isOver) statuses.add((await ask()).status);
  })();
  await act();
  isOver = true;
  await asking;
  return statuses;
}

test("TLS, the port that redirects, and every address", async () => {
  using directory = new TestDirectory();
  const { certificate, key } = selfSigned(directory, "localhost", ["DNS:localhost"]);
  const redirect = freePort();
  const words = ["--ssl", `--sslcert=${certificate}`, `--sslkey=${key}`];
  const addresses = ["--address=127.0.0.1", "--address=127.0.0.2", `--redirport=${redirect}`];
  await using all = await Generations.start([...words, "cat"], { addresses });
  const { server } = all;
  expect(server.urls).toHaveLength(2);
  const to = () => fetch(`http://127.0.0.2:${redirect}/a`, { redirect: "manual" });
  const statuses = await answersDuring(to, async () => {
    const load = await loadDuring([server.url], () => all.upgrade());
    expect(load.problem).toBe(null);
    expect(load.visits).toBeGreaterThan(0);
  });
  expect(statuses).toEqual(new Set([301]));
  expect(new Set(server.matching(/^websockd listens on/)).size).toBe(1);
});

test("the file of a Unix socket stays, and is removed by the last", async () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  await using all = await Generations.start([`--unixsocket=${path}`, "cat"]);
  const ask = () => fetch("http://localhost/", { unix: path });
  const statuses = await answersDuring(ask, async () => {
    for (let i = 0; i < 2; i++) {
      await all.upgrade();
      await all.gone(all.pids.at(-2)!);
    }
  });
  expect(statuses).toEqual(new Set([404]));
  process.kill(all.pid, "SIGTERM");
  await all.gone(all.pid);
  expect(existsSync(path)).toBe(false);
});

test.each(["one", "several"])(
  "--health answers all the time, and that clients may come (%s)",
  async (count) => {
    const words = count === "one" ? ["cat"] : ["--workers=2", "cat"];
    await using all = await Generations.start(["--health=127.0.0.1:0", ...words]);
    const url = await healthUrl(all.server);
    const ask = () => fetch(`${url}readyz`, { keepalive: false });
    const statuses = await answersDuring(ask, async () => {
      for (let i = 0; i < 3; i++) {
        await all.upgrade();
        await all.gone(all.pids.at(-2)!);
      }
    });
    expect(statuses).toEqual(new Set([200]));
    expect(new Set(all.server.matching(/its health at/)).size).toBe(1);
  },
);

test.each(["one", "several"])("--admin answers all the time (%s)", async (count) => {
  using directory = new TestDirectory();
  const path = directory.file("admin");
  const words = count === "one" ? ["cat"] : ["--workers=2", "cat"];
  for (const at of ["127.0.0.1:0", `unix:${path}`]) {
    await using all = await Generations.start([`--admin=${at}`, ...words]);
    const url = await adminUrl(all.server);
    const ask = url.startsWith("unix:")
      ? () => fetch("http://localhost/readyz", { unix: path })
      : () => fetch(`${url}readyz`);
    const statuses = await answersDuring(ask, async () => {
      for (let i = 0; i < 2; i++) {
        await all.upgrade();
        await all.gone(all.pids.at(-2)!);
      }
    });
    expect(statuses).toEqual(new Set([200]));
    expect(new Set(all.server.matching(/is watched at/)).size).toBe(1);
  }
});

test("the pid file names who serves, and is locked the whole time", async () => {
  using directory = new TestDirectory();
  const words = [`--pidfile=${directory.file("pid")}`, "cat"];
  await using all = await Generations.start(words);
  using client = await RawClient.open(all.server);
  for (let i = 0; i < 2; i++) {
    await all.upgrade();
    expect(directory.read("pid")).toBe(`${all.pid}\n`);
  }
  const second = await runProgram(["--port=0", ...words]);
  expect([second.status, second.stderr]).toEqual([
    69,
    expect.stringContaining(`process ${all.pid} holds it (stop it, or name another file)`),
  ]);
  client.close(1000);
  await all.gone(all.server.pid);
  expect(directory.read("pid")).toBe(`${all.pid}\n`);
  process.kill(all.pid, "SIGTERM");
  await all.gone(all.pid);
  expect(existsSync(directory.file("pid"))).toBe(false);
});

test.skipIf(missing("python3", Bun.which("python3") !== null))(
  "systemd hears of the next main process from the old one, and of its life from the next",
  async () => {
    using directory = new TestDirectory();
    await using systemd = await NotifyReceiver.at(directory, directory.file("notify"));
    const environment = { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: "200000" };
    await using all = await Generations.start(["cat"], { environment });
    using client = await RawClient.open(all.server);
    await all.upgrade();
    const [first, second] = all.pids;
    await systemd.heard(`'READY=1\\nSTATUS=process ${second} serves\\nMAINPID=${second}'`);
    expect(systemd.text).toMatch(/RELOADING=1\\nMONOTONIC_USEC=\d+/);
    client.close(1000);
    await all.gone(first!);
    const before = systemd.text.length;
    await eventually("its life", () => systemd.text.slice(before).includes("WATCHDOG=1"));
    expect(systemd.text).not.toContain("STOPPING=1");
    process.kill(second!, "SIGTERM");
    await systemd.heard("STOPPING=1");
  },
);

test("an address that is new is opened, one that nobody wants is closed", async () => {
  using directory = new TestDirectory();
  const [one, two] = [freePort(), freePort()];
  const path = directory.file("socket");
  directory.write("c.toml", `redirport = ${one}\nunixsocket = "${path}"`);
  await using all = await Generations.start([`--config=${directory.file("c.toml")}`, "cat"]);
  directory.write("c.toml", `redirport = ${two}`);
  await all.upgrade();
  await eventually("the end of the old address", () => !isListening(one));
  expect([isListening(two), existsSync(path)]).toEqual([true, false]);
  expect(isListening(all.server.port)).toBe(true);
});

test("a request that comes late is served by who has accepted its connection", async () => {
  await using all = await Generations.start(["sh", "-c", "echo $PPID; exec cat"]);
  using client = await RawClient.connect(all.server.port);
  client.write("GET / HTTP/1.1\r\n");
  await eventually("that this is read", () => unreadFrom(client.port) === 0);
  await all.upgrade();
  client.write(requestHead().replace(/^GET .*\r\n/, ""));
  expect(await client.head()).toStartWith("HTTP/1.1 101 ");
  expect(Number(await client.line())).toBe(all.server.pid);
  client.close(1000);
  await all.gone(all.server.pid);
});

test("no program has a descriptor of a successor's", async () => {
  using directory = new TestDirectory();
  const words = [`--pidfile=${directory.file("pid")}`, "--workers=2"];
  await using all = await Generations.start([...words, "sh", "-c", "echo $$; exec cat"]);
  await all.upgrade();
  using client = await RawClient.open(all.server);
  const pid = Number(await client.line());
  expect(readdirSync(`/proc/${pid}/fd`).toSorted()).toEqual(["0", "1", "2"]);
});
