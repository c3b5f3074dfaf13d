// --stderr: where what a program says besides goes.

import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const PROGRAM = ["sh", "-c", "echo one; echo two >&2; echo three"];

/** What the client gets, and what the log says of it. */
async function run(mode: string): Promise<{ got: string[]; log: string[] }> {
  const server = await startServer([`--stderr=${mode}`, ...PROGRAM]);
  try {
    using client = await RawClient.open(server);
    const count = mode === "merge" || mode === "client" ? 3 : 2;
    const got: string[] = [];
    while (got.length < count) got.push(await client.line());
    expect(await client.farewell()).toMatchObject({ code: 1000, reason: "exit 0" });
    await server.logged(/ DISCONNECT /);
    return { got, log: server.matching(/two/) };
  } finally {
    await server.stop();
  }
}

test.concurrent("log", async () => {
  const { got, log } = await run("log");
  expect(got).toEqual(["one", "three"]);
  expect(log.length).toBe(1);
  expect(log[0]).toContain("stream=stderr");
});

test.concurrent("client is --passstderr", async () => {
  const { got, log } = await run("client");
  const records = got.map((text) => JSON.parse(text) as { stream: string; data: string });
  expect(records.map(({ stream, data }) => `${stream} ${data}`).toSorted()).toEqual([
    "stderr two",
    "stdout one",
    "stdout three",
  ]);
  expect(log.length).toBe(1);
});

test.concurrent("merge keeps the order in which it was written", async () => {
  expect(await run("merge")).toEqual({ got: ["one", "two", "three"], log: [] });
});

test.concurrent("inherit: as it is, to the stderr of the server", async () => {
  expect(await run("inherit")).toEqual({ got: ["one", "three"], log: ["two"] });
});

test.concurrent("off", async () => {
  expect(await run("off")).toEqual({ got: ["one", "three"], log: [] });
});
