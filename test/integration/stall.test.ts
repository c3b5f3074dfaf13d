// A session in this process, with a real program and a time that is told: no end waits for ever for a client that reads nothing.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { ServiceProcess } from "../../src/service/process.ts";
import { launch, resolveCommand } from "../../src/service/launcher.ts";
import type { EndCause } from "../../src/session/endpoint.ts";
import { Session } from "../../src/session/session.ts";
import { KEEPALIVE, LiveClient } from "../net/live-client.ts";
import { defects, kernel, PATH, serviceOptions } from "../service/running.ts";
import { eventually } from "../support/server-deadline.ts";
import { isAlive } from "../support/server-processes.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { atRest } from "../support/server-stall.ts";

// A busy machine takes its time to fill all that there is between `yes` and a client that reads nothing.
setDefaultTimeout(TEST_TIMEOUT_MS);

const { writeStallTimeoutMs } = KEEPALIVE;

/** Time in which a pipe that nobody reads is looked at more than once. */
const GRACES_MS = 600;

beforeAll(() => expect(kernel.slabs.used).toBe(0));

afterAll(() => {
  expect(kernel.slabs.used).toBe(0);
  expect(defects).toEqual([]);
});

/** `yes` for a client that reads nothing, until nothing moves any more. */
async function stalled(live: LiveClient) {
  const command = resolveCommand(["yes"], PATH);
  if ("kind" in command) throw new Error(command.text);
  const stderr = { stderrLine() {} };
  const service = launch(
    { command, environment: { PATH }, stderr },
    await serviceOptions(),
  ) as ServiceProcess;
  const causes: EndCause[] = [];
  const session = new Session(live.client, service, { finished: (cause) => causes.push(cause) });
  live.peer.pause();
  session.open();
  await eventually("a full queue", () => live.client.congested);
  await atRest("what the kernels hold", () => live.client.taken);
  live.pass(100); // what was taken until now is progress
  return { service, session, causes };
}

/** The rest of the time. The kernels may acknowledge late what they took: then it is counted from there. */
async function stall(live: LiveClient, causes: EndCause[]): Promise<void> {
  await eventually("the session's end", () => {
    live.pass(100);
    return causes.length > 0;
  });
}

test("a client that reads nothing is stalled, and its program with it", async () => {
  using live = await LiveClient.connect(kernel);
  const { service, session, causes } = await stalled(live);
  live.pass(writeStallTimeoutMs - 100);
  expect(session.state).toBe("OPEN");
  await stall(live, causes);
  expect(causes).toEqual([{ kind: "stalled" }]);
  expect(isAlive(service.pid)).toBe(false);
});

test("so is one whose program has ended: what it wrote last does not wait for ever", async () => {
  using live = await LiveClient.connect(kernel);
  const { service, session, causes } = await stalled(live);
  process.kill(service.pid, "SIGKILL");
  await eventually("the program's end", () => !isAlive(service.pid));
  await Bun.sleep(GRACES_MS); // too short would only make the test weaker
  live.pass(writeStallTimeoutMs - 100);
  expect(session.state).toBe("OPEN"); // there is more in the pipe
  await stall(live, causes);
  expect(causes).toEqual([{ kind: "stalled" }]);
});
