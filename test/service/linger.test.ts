// Output that a grandchild holds is waited for as long as somebody listens, and no longer.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../support/server-deadline.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { kernel, defects, Running } from "./running.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** In a session of its own: the signals for the program's group do not reach it. */
const SCRIPT = "setsid sh -c 'echo $$; exec sleep 1000' & exit 0";

let grandchild = 0;
afterEach(() => {
  process.kill(grandchild, "SIGKILL");
  expect(kernel.slabs.used).toBe(0);
  expect(defects).toEqual([]);
});

/** A program that has ended, and left its stdout to another. */
async function exited(): Promise<Running> {
  const running = await Running.shellWith({ lingerMs: 3_600_000 }, SCRIPT);
  await running.textHas("\n");
  grandchild = Number(running.text);
  await eventually("the exit", () => running.service.exit);
  expect(running.said).toEqual([]);
  return running;
}

test("ended, it is over at once", async () => {
  const running = await exited();
  running.service.end({ kind: "stopping" });
  await running.gone;
});

test("destroyed, it is over at once", async () => {
  const running = await exited();
  running.service.destroy();
  await running.gone;
});
