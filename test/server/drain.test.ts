// A server that stops waits for its clients, but not for ever.

import { expect, spyOn, test } from "bun:test";
import { parseArguments } from "../cli/judged.ts";
import { createLog } from "../../src/log.ts";
import { boundOf, withoutWaiting, type DrainPlan } from "../../src/server/drain-plan.ts";
import { findResources } from "../../src/server/resources.ts";
import { startServer, type Server } from "../../src/server/server.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { childrenOf } from "../support/server-processes.ts";

/** And the deadline is near. */
const AT_ONCE: DrainPlan = {
  delayMs: 0,
  mode: "close",
  timeoutMs: null,
  code: 1001,
  endTimeoutMs: 20,
};

async function start(...words: string[]): Promise<{ server: Server; port: number }> {
  const request = parseArguments(["--port=0", "--address=127.0.0.1", ...words]);
  if (request.kind !== "run") throw new Error("a good command line was refused");
  const { resources } = await findResources(request.config, process.env["PATH"] ?? "");
  const server = await startServer(request.config, resources, createLog("none"));
  return { server, port: Number(new URL(server.urls[0]!.replace("ws", "http")).port) };
}

test("a client that does not answer our Close is cut at the server's deadline", async () => {
  const { server, port } = await start("cat");
  using client = await RawClient.open({ port });
  client.pause();
  // Without the deadline, the Close handshake's own 5 s would be waited for, and this test would be cut before.
  expect(await server.stop(AT_ONCE)).toBe(0);
});

for (const plan of [
  { delayMs: 10, mode: "close", timeoutMs: 30 },
  { delayMs: 0, mode: "finish", timeoutMs: 30 },
] as const) {
  test(`the same after ${JSON.stringify(plan)}`, async () => {
    const { server, port } = await start("cat");
    using silent = await RawClient.open({ port });
    using other = await RawClient.open({ port });
    for (const client of [silent, other]) client.pause();
    expect(await server.stop({ ...AT_ONCE, ...plan })).toBe(0);
  });
}

test("the bound of the whole: there is none where sessions may last as long as they like", () => {
  const plan: DrainPlan = { ...AT_ONCE, delayMs: 1000, timeoutMs: 300 };
  expect(boundOf(AT_ONCE)).toBe(20);
  expect(boundOf(plan)).toBe(1320);
  expect(boundOf({ ...plan, mode: "finish" })).toBe(1320);
  expect(boundOf({ ...plan, mode: "finish", timeoutMs: null })).toBeNull();
  expect(boundOf(withoutWaiting({ ...plan, mode: "finish" }))).toBe(20);
});

test("programs that may not be killed, and one that waits, are not waited for", async () => {
  const deaf = "while :; do echo $$; read -r line || sleep 60; done";
  const others = new Set(childrenOf(process.pid).map((child) => child.pid));
  const { server, port } = await start("--prefork=1", "sh", "-c", deaf);
  const client = await RawClient.open({ port });
  const pid = Number(await client.line());
  const pids = await eventually("the one that waits", () => {
    const children = childrenOf(process.pid).map((child) => child.pid);
    const own = children.filter((child) => !others.has(child));
    return own.length === 2 ? own : null;
  });
  const kill = process.kill.bind(process);
  const refused = Object.assign(new Error("not permitted"), { code: "EPERM" });
  const spy = spyOn(process, "kill").mockImplementation(() => {
    throw refused;
  });
  try {
    expect(await server.stop(AT_ONCE)).toBe(0);
  } finally {
    spy.mockRestore();
    client.reset();
    for (const leader of pids) kill(-leader, "SIGKILL");
  }
  expect(pids).toContain(pid);
});
