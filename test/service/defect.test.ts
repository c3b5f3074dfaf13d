// A handler of ours that throws costs its session, and neither the server nor another session.

import { expect, test } from "bun:test";
import { defects, Running } from "./running.ts";

test("a defect in what hears its output is told, and ends the program at once", async () => {
  const running = await Running.shell("trap '' INT TERM; echo x; while :; do sleep 1; done");
  running.received = () => {
    throw new Error("planted");
  };
  expect(await running.end).toEqual({ kind: "defect" });
  await running.gone;
  expect(defects.splice(0)).toEqual([new Error("planted")]);
});
