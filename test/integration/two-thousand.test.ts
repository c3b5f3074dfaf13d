// 2,000 sessions with programs and clients that behave as badly as they can: nothing is left of any.

import { expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { childrenOf, descriptorsOf, residentMemory } from "../support/server-processes.ts";
import { startServer, type TestServer } from "../support/server.ts";

const SESSIONS = 2000;
/** Before that: what a server learns once is learnt, code is compiled, pools are filled. It rests after each. */
const WARM_UP: readonly number[] = [1000, 500, 500];
/** As many as make the server collect what they leave. */
const BETWEEN_RESTS = 500;
const RESTS_MAX = 8;
const AT_ONCE = 40;
const MINUTE_MS = 60_000;
/** More than the server waits before it collects; too short would fail, not pass. */
const REST_MS = 2000;
const MIB = 1024 * 1024;

setDefaultTimeout(8 * MINUTE_MS);

/** By QUERY_STRING; each says `ready` first, unless it has a reason not to. */
const PROGRAMS: Readonly<Record<string, string>> = {
  deaf: "trap '' INT TERM HUP; echo ready; while :; do sleep 1000; done",
  forks: "sleep 1000 & (sleep 1000 & sleep 1000) & echo ready; exec cat",
  deafForks: "(trap '' INT TERM; sleep 1000) & echo ready; exec cat",
  closesOutput: "echo ready; exec >&-; exec cat >/dev/null",
  closesInput: "exec <&-; echo ready; exec sleep 1000",
  neverReads: "echo ready; exec sleep 1000",
  neverStops: "echo ready; exec yes",
  crashes: "echo ready; kill -SEGV $$",
  fails: "exit 3",
  complains: "echo ready; (yes >&2) & exec cat",
  obeys: "echo ready; exec cat",
};
const NAMES = Object.keys(PROGRAMS);
const SCRIPT =
  'case "$QUERY_STRING" in ' +
  NAMES.map((name) => `${name}) ${PROGRAMS[name]} ;;`).join(" ") +
  " esac";

type Leave = (client: RawClient) => Promise<void> | void;

/** How clients go. What the server says meanwhile is read, or not. */
const WAYS: readonly Leave[] = [
  async (client) => {
    client.close(1000);
    await client.ended();
  },
  (client) => client.end(),
  (client) => client.reset(),
  (client) => client.cut(),
  (client) => client.write(new Uint8Array(64)), // no mask, and worse: a violation
];
const LARGE = "x".repeat(300_000);

async function session(server: TestServer, number: number): Promise<void> {
  const name = NAMES[number % NAMES.length]!;
  const leave = WAYS[Math.floor(number / NAMES.length) % WAYS.length]!;
  using client = await RawClient.open(server, { target: `/?${name}` });
  if (name !== "fails") expect(await client.line()).toBe("ready");
  if (number % 3 === 0) client.text(LARGE);
  client.text("hello");
  await leave(client);
}

/** Sessions `from` to `to`, so many at a time; resolves when the server has none any more. */
async function run(server: TestServer, from: number, to: number): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) await session(server, next++);
  };
  await within("the sessions", Promise.all(Array.from({ length: AT_ONCE }, worker)), 5 * MINUTE_MS);
  const accounts = () => server.matching(/ DISCONNECT /).length;
  await eventually("the end of all sessions", () => accounts() === to, MINUTE_MS);
}

/** What it holds when nobody uses it; it takes half a second until it gives back what it can. */
async function memoryAtRest(server: TestServer): Promise<number> {
  await Bun.sleep(REST_MS);
  return residentMemory(server.pid);
}

/**
 * Which pages an allocator keeps at such a moment is chance, some MiB of it for thousands of sessions, while the heap
 * stays as it is: so it is looked again, after sessions more, which a leak would make worse.
 */
async function memoryGivenBack(server: TestServer, from: number, most: number): Promise<number> {
  let least = await memoryAtRest(server);
  for (let i = 0; i < RESTS_MAX && least > most; i++) {
    const sessions = from + i * BETWEEN_RESTS;
    await run(server, sessions, sessions + BETWEEN_RESTS);
    least = Math.min(least, await memoryAtRest(server));
  }
  return least;
}

test("nothing is left: no process, no zombie, no descriptor, no memory", async () => {
  const stop = "--stop=eof:20ms,INT:20ms,TERM:20ms,KILL";
  // What runs often is compiled better and better, for ten thousand sessions: that code is no leak, and is left out.
  const environment = { BUN_JSC_useDFGJIT: "0" };
  const words = [stop, "--stderr=off", "sh", "-c", SCRIPT];
  await using server = await startServer(words, { environment });
  const { pid } = server;
  const rests: number[] = [];
  let sessions = 0;
  for (const count of WARM_UP) {
    await run(server, sessions, sessions + count);
    sessions += count;
    rests.push(await memoryAtRest(server));
  }
  const before = rests.toSorted((a, b) => a - b)[1]!; // of three the middle one
  const descriptors = descriptorsOf(pid);
  expect(childrenOf(pid)).toEqual([]);
  await run(server, sessions, sessions + SESSIONS);
  expect(server.leftovers()).toEqual([]);
  expect(childrenOf(pid)).toEqual([]);
  expect(descriptorsOf(pid)).toBe(descriptors);
  const most = before + MIB;
  expect(await memoryGivenBack(server, sessions + SESSIONS, most)).toBeLessThanOrEqual(most);
});
