// A running service: its bytes, its marks, how its end is told, and that nothing of it stays.

import type { EndCause } from "../../src/session/endpoint.ts";
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "bun:test";
import { kernel, defects, leavesDescriptors, Running } from "./running.ts";

const STOPPING: EndCause = { kind: "stopping" };

afterEach(() => {
  expect(kernel.slabs.used).toBe(0);
  expect(defects).toEqual([]);
});

/** `length` bytes that show where they stand. */
function pattern(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => (i * 31) ^ (i >> 8) ^ (i >> 16));
}

/** True while a process of the group lives; one that is dead and not yet buried by init does not count. */
function groupLives(group: number): boolean {
  return readdirSync("/proc").some((name) => {
    if (!/^[0-9]+$/.test(name)) return false;
    try {
      // proc(5): pid (comm) state ppid pgrp
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(pgrp) === group && state !== "Z" && state !== "X";
    } catch {
      return false; // gone while we looked
    }
  });
}

describe("its output", () => {
  test("is all there, whatever it wrote before it exited", async () => {
    const running = await Running.shell("head -c 5000000 /dev/zero; exit 3");
    expect(await running.end).toEqual({ kind: "exit", status: 3 });
    expect(running.output.length).toBe(5_000_000);
    await running.gone;
  });

  test("is all there when it was paused at its exit", async () => {
    const running = await Running.shell("echo begin; head -c 60000 /dev/zero; echo end >&2");
    running.service.pause();
    while (!running.lines.includes("end")) await running.news();
    running.service.resume();
    expect(await running.end).toEqual({ kind: "exit", status: 0 });
    expect(running.output.length).toBe(60_006);
    await running.gone;
  });

  test("stays in the pipe while it is paused", async () => {
    const running = await Running.shell("echo ready >&2; read x; yes; echo not reached >&2");
    while (!running.lines.includes("ready")) await running.news();
    running.service.pause();
    running.send(Buffer.from("go\n"));
    // Two turns of another service are time in which the first one's output would have come.
    for (let i = 0; i < 2; i++) await (await Running.shell("echo x")).gone;
    expect(running.output.length).toBe(0);
    running.service.resume();
    await running.textHas("y\n");
    running.service.destroy();
    expect(await running.end).toEqual({ kind: "signal", name: "SIGKILL", number: 9 });
    await running.gone;
  });
});

describe("its input", () => {
  test("comes back whole and in order through cat, 8 MB, stopped at the marks", async () => {
    const running = await Running.start(["cat"]);
    const sent = pattern(8_000_000);
    const step = 100_003;
    let paused = 0;
    for (let at = 0; at < sent.length; at += step) {
      running.send(sent.subarray(at, at + step));
      expect(running.service.queue.length).toBeLessThanOrEqual(256 * 1024 + step);
      if (running.service.congested) paused++;
      while (running.service.congested) await running.news();
    }
    running.service.end(STOPPING);
    expect(await running.end).toEqual({ kind: "exit", status: 0 });
    expect(Buffer.compare(running.output, sent)).toBe(0);
    expect(paused).toBeGreaterThan(0);
    await running.gone;
  });

  test("what waits is delivered before its end of file", async () => {
    const running = await Running.shell("read line; echo $line; wc -c");
    running.send(Buffer.from("go\n"));
    await running.textHas("go");
    running.send(pattern(300_000));
    running.service.end(STOPPING);
    running.send(pattern(5)); // too late
    await running.gone;
    expect(Number(running.text.split("\n")[1])).toBe(300_000);
  });

  test("its end is the end of file and no more: it has its time, gets no signal, and is heard", async () => {
    const script = "trap 'echo signal' INT TERM; wc -c; sleep 0.6; echo late";
    const running = await Running.shell(script);
    running.send(pattern(300_000));
    running.service.endInput();
    running.send(pattern(5)); // too late
    expect(await running.end).toEqual({ kind: "exit", status: 0 });
    expect(running.text.trim()).toBe("300000\nlate");
    await running.gone;
  });

  test("its end, and then that of all, is the ladder from where it stands", async () => {
    const running = await Running.shell("cat; echo ready; exec sleep 1000");
    running.service.endInput();
    await running.textHas("ready");
    running.service.end(STOPPING);
    expect(await running.end).toEqual({ kind: "signal", name: "SIGINT", number: 2 });
    await running.gone;
  });

  test("a program that closes its stdin lives on, and what is sent is for nobody", async () => {
    const running = await Running.shell("exec <&-; echo closed; exec sleep 1000");
    await running.textHas("closed");
    for (let i = 0; i < 20; i++) {
      running.send(pattern(100_000));
      while (running.service.congested) await running.news();
    }
    running.service.end(STOPPING);
    await running.gone;
    expect((await running.end).kind).toBe("signal");
  });

  test("a full one says once that it has drained", async () => {
    const running = await Running.shell("echo ready; read x; exec cat >/dev/null");
    await running.textHas("ready");
    running.send(pattern(600_000).fill(0x61));
    expect(running.service.congested).toBe(true);
    const drained = running.news();
    running.send(Buffer.from("\n"));
    await drained;
    expect(running.service.congested).toBe(false);
    running.service.end(STOPPING);
    await running.gone;
    expect(running.said).toEqual(["drained", "ended"]);
  });

  test("a full one drains at the program's exit, whoever still holds its pipes", async () => {
    const running = await Running.shell("sleep 1000 <&0 & echo ready; read x; exit 0");
    await running.textHas("ready");
    running.send(Buffer.from("\n"));
    running.send(pattern(600_000));
    expect(running.service.congested).toBe(true);
    expect(await running.end).toEqual({ kind: "exit", status: 0 });
    expect(running.said).toEqual(["drained", "ended"]);
    await running.gone;
    expect(groupLives(running.service.pid)).toBe(false);
  });
});

describe("its end", () => {
  for (const status of [0, 1, 42, 255]) {
    test(`exit ${status}`, async () => {
      const running = await Running.shell(`exit ${status}`);
      expect(await running.end).toEqual({ kind: "exit", status });
      await running.gone;
    });
  }

  for (const [name, number] of [
    ["SIGTERM", 15],
    ["SIGSEGV", 11],
    ["SIGKILL", 9],
  ] as const) {
    test(`${name} is told by name and number`, async () => {
      const running = await Running.shell(`kill -${number} $$`);
      expect(await running.end).toEqual({ kind: "signal", name, number });
      await running.gone;
    });
  }

  test("a signal without a name is told by its number", async () => {
    const running = await Running.shell("kill -40 $$");
    expect(await running.end).toMatchObject({ kind: "signal", number: 40 });
    await running.gone;
  });

  test("one that reads to the end of its input is given time, and no signal", async () => {
    const running = await Running.shell("trap 'echo signal' INT TERM; cat; echo bye");
    running.service.end(STOPPING);
    await running.gone;
    expect(running.text).toBe("bye\n");
  });

  test("one that ignores all is killed in the end, with all its children", async () => {
    const running = await Running.shell("trap '' INT TERM; sleep 1000 & echo ready; wait; wait");
    await running.textHas("ready");
    running.service.end(STOPPING);
    expect(await running.end).toEqual({ kind: "signal", name: "SIGKILL", number: 9 });
    await running.gone;
    expect(groupLives(running.service.pid)).toBe(false);
  });

  test("PARITY 2: a grandchild that holds stdout does not hold the session, and does not outlive it", async () => {
    const running = await Running.shell("sleep 1000 & echo last; exit 7");
    expect(await running.end).toEqual({ kind: "exit", status: 7 });
    expect(running.text).toBe("last\n");
    await running.gone;
    expect(groupLives(running.service.pid)).toBe(false);
  });

  test("destroyed it is killed at once, what waits is dropped", async () => {
    const running = await Running.start(["sleep", "1000"]);
    running.send(pattern(500_000));
    running.service.destroy();
    expect(kernel.slabs.used).toBe(0);
    expect(await running.end).toEqual({ kind: "signal", name: "SIGKILL", number: 9 });
    await running.gone;
  });

  test("no descriptor stays open", async () => {
    const run = async () => {
      const running = await Running.shell("echo out; echo err >&2; cat");
      await running.textHas("out");
      running.service.end(STOPPING);
      await running.gone;
    };
    expect(await leavesDescriptors(run)).toBe(false);
  });
});

test("PARITY 1.5: its stderr comes line by line, a line of 10,000 bytes in pieces, the last without its end", async () => {
  const script =
    "echo one >&2; head -c 10000 /dev/zero | tr '\\0' x >&2; echo >&2; printf last >&2";
  const running = await Running.shell(script);
  await running.gone;
  expect(running.lines.map((line) => line.length)).toEqual([3, 4096, 4096, 1808, 4]);
  expect(running.lines.at(-1)).toBe("last");
});

test("out of slabs: the session is told, the program killed", async () => {
  const running = await Running.start(["sleep", "1000"]);
  const lent: number[] = [];
  for (let slab = kernel.slabs.borrow(); slab !== 0; slab = kernel.slabs.borrow()) lent.push(slab);
  running.send(pattern(500_000));
  for (const slab of lent) kernel.slabs.giveBack(slab);
  expect(await running.end).toEqual({ kind: "no-memory" });
  await running.gone;
  expect(groupLives(running.service.pid)).toBe(false);
});
