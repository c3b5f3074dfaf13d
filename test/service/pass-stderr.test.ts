// A service with --passstderr: both streams reach its listener, stop together, and end together.

import { afterEach, expect, test } from "bun:test";
import { Running, defects, kernel } from "./running.ts";

afterEach(() => {
  expect(kernel.slabs.used).toBe(0);
  expect(defects).toEqual([]);
});

interface Line {
  readonly stream: string;
  readonly data: string;
}

/** The lines of one stream. */
function linesOf(running: Running, stream: string): string[] {
  const lines = running.text.split("\n").slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  return parsed.filter((line) => line.stream === stream).map(({ data }) => data);
}

test("each stream with its last line, which has no end; stderr is logged all the same", async () => {
  const running = await Running.shellWith(
    { stderr: "client" },
    "echo one; echo two >&2; printf three; printf four >&2; exit 5",
  );
  expect(await running.end).toEqual({ kind: "exit", status: 5 });
  expect(linesOf(running, "stdout")).toEqual(["one", "three"]);
  expect(linesOf(running, "stderr")).toEqual(["two", "four"]);
  expect(running.lines).toEqual(["two", "four"]);
  await running.gone;
});

test("paused it reads neither stream, resumed it has lost nothing of either", async () => {
  const running = await Running.shellWith(
    { stderr: "client" },
    "echo ready; read x; seq 1 30000 & seq 1 30000 >&2; wait",
  );
  await running.textHas("ready");
  running.service.pause();
  const before = running.output.length;
  running.send(Buffer.from("\n"));
  // Two turns of another service are time in which something would have come.
  for (let i = 0; i < 2; i++) await (await Running.shell("echo x")).gone;
  expect(running.output.length).toBe(before);
  expect(running.lines).toEqual([]);
  running.service.resume();
  expect(await running.end).toEqual({ kind: "exit", status: 0 });
  const numbers = Array.from({ length: 30_000 }, (_, i) => String(i + 1));
  expect(linesOf(running, "stdout")).toEqual(["ready", ...numbers]);
  expect(linesOf(running, "stderr")).toEqual(numbers);
  expect(running.lines).toEqual(numbers);
  await running.gone;
});

test("a grandchild that holds both streams does not hold the session, nor the last lines", async () => {
  const running = await Running.shellWith(
    { stderr: "client" },
    "sleep 1000 & printf out; printf err >&2; exit 0",
  );
  expect(await running.end).toEqual({ kind: "exit", status: 0 });
  expect(linesOf(running, "stdout")).toEqual(["out"]);
  expect(linesOf(running, "stderr")).toEqual(["err"]);
  await running.gone;
});

test("no chunk is longer than the memory that it lies in", async () => {
  // Lines of nothing become 31 bytes each.
  const running = await Running.shellWith(
    { stderr: "client" },
    "head -c 300000 /dev/zero | tr '\\0' '\\n'",
  );
  expect(await running.end).toEqual({ kind: "exit", status: 0 });
  expect(linesOf(running, "stdout").length).toBe(300_000);
  expect(Math.max(...running.chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(512 * 1024);
  await running.gone;
});
