// The log: which levels are written, and that nobody from outside writes a line of their own.

import { rmSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { LOG_LEVELS, type LogFields, type LogLevel } from "../src/log-format.ts";
import { createLog } from "../src/log.ts";
import { closeDescriptor, makePipe } from "../src/descriptors/posix.ts";
import { TestDirectory } from "./support/server-directory.ts";
import { eventually } from "./support/server-deadline.ts";

/** Runs `use` with a log in a process of its own, and returns what stood on its stderr. */
function stderrOf(level: LogLevel, entries: readonly (readonly [LogLevel, string, LogFields?])[]) {
  const program = `
    import { createLog } from "${import.meta.dir}/../src/log.ts";
    const log = createLog(${JSON.stringify(level)});
    for (const [level, message, fields] of ${JSON.stringify(entries)}) log.write(level, message, fields);
    log.announce("announced");
  `;
  const { stderr, stdout, exitCode } = Bun.spawnSync([process.execPath, "-e", program]);
  expect(exitCode).toBe(0);
  expect(stdout.toString()).toBe("");
  return stderr.toString().split("\n").slice(0, -1);
}

/** The lines without their time, in which it must be. */
function withoutTime(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (.*)$/.exec(line);
    return match?.[1] ?? line;
  });
}

describe("levels", () => {
  const entries = LOG_LEVELS.filter((level) => level !== "none").map(
    (level) => [level, level] as const,
  );
  for (const [i, threshold] of LOG_LEVELS.entries()) {
    test(`at ${threshold} it and what is more important is written`, () => {
      const wanted = entries.slice(i).map(([level]) => `${level.toUpperCase().padEnd(6)} ${level}`);
      expect(withoutTime(stderrOf(threshold, entries))).toEqual([...wanted, "announced"]);
    });
  }
});

describe("fields", () => {
  const CASES: readonly (readonly [name: string, fields: LogFields, text: string])[] = [
    ["plain ones are not quoted", { a: 1, b: "x/y:z-[::1]" }, "a=1 b=x/y:z-[::1]"],
    ["undefined is left out", { a: undefined, b: 2 }, "b=2"],
    ["an empty one is quoted", { a: "" }, 'a=""'],
    ["one with a blank is quoted", { a: "b c" }, 'a="b c"'],
    ["one with = cannot pose as a field", { a: "b c=d" }, 'a="b c=d"'],
    ["quotes are escaped", { a: 'b"c' }, String.raw`a="b\"c"`],
    ["backslashes are escaped", { a: "b\\c" }, String.raw`a="b\\c"`],
    ["a line feed is escaped", { a: "b\nc" }, String.raw`a="b\\x0ac"`],
    ["terminal escapes are escaped", { a: "\x1b[2J" }, String.raw`a="\\x1b[2J"`],
    ["DEL and C1 are escaped", { a: "\x7f\x9b" }, String.raw`a="\\x7f\\x9b"`],
    ["letters of any script stay", { a: "é€😀" }, "a=é€😀"],
  ];
  const lines = withoutTime(
    stderrOf(
      "info",
      CASES.map(([, fields]) => ["info", "m", fields] as const),
    ),
  );
  for (const [i, [name, , text]] of CASES.entries()) {
    test(name, () => expect(lines[i]).toBe(`INFO   m ${text}`));
  }
});

describe("the message", () => {
  test("has its control bytes escaped: it stays one line", () => {
    let message = "";
    for (let code = 0; code < 0xa0; code++) message += String.fromCharCode(code);
    const [line = "", announced] = withoutTime(stderrOf("error", [["error", message]]));
    expect(announced).toBe("announced");
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(line).toStartWith(String.raw`ERROR  \x00\x01`);
    expect(line).toContain(String.raw`\x1f !"#`);
    expect(line).toEndWith(String.raw`~\x7f` + line.slice(line.indexOf(String.raw`\x80`)));
  });
});

test("a log that nobody reads does not stop the writer", () => {
  const program = `
    import { createLog } from "${import.meta.dir}/../src/log.ts";
    const log = createLog("info");
    for (let i = 0; i < 10000; i++) log.write("info", "x".repeat(100));
    process.stdout.write("done");
  `;
  const script = `exec 3>&1; { "$0" -e "$1" 2>&1 >&3 3>&-; } | true`;
  const { stdout } = Bun.spawnSync(["sh", "-c", script, process.execPath, program]);
  expect(stdout.toString()).toBe("done");
});

describe("a reader that is slower than the writer", () => {
  /** Logs `count` lines of `size` bytes to a pipe that is read only when all are written. */
  async function logUnread(count: number, size: number): Promise<string[]> {
    const program = `
      import { createLog } from "${import.meta.dir}/../src/log.ts";
      const log = createLog("info");
      for (let i = 0; i < ${count}; i++) log.announce(String(i).padEnd(${size - 1}, "."));
      process.stdout.write("written");
    `;
    const pipe = makePipe()!;
    const child = Bun.spawn([process.execPath, "-e", program], {
      stdio: ["ignore", "pipe", pipe.writeEnd],
    });
    closeDescriptor(pipe.writeEnd);
    const reader = child.stdout.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe("written");
    const text = await Bun.file(pipe.readEnd).text();
    closeDescriptor(pipe.readEnd);
    expect(await child.exited).toBe(0);
    return text.split("\n").slice(0, -1);
  }

  test("does not stop it, and gets every line in the end", async () => {
    const lines = await logUnread(3000, 500);
    expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(
      Array.from({ length: 3000 }, (_, i) => i),
    );
  });

  test("loses the lines beyond what may wait, and is told how many", async () => {
    const lines = await logUnread(6000, 1000);
    const lost = Number(/ERROR {2}(\d+) log lines lost/.exec(lines.pop() ?? "")?.[1]);
    expect(lost).toBeGreaterThan(0);
    expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(
      Array.from({ length: 6000 - lost }, (_, i) => i),
    );
  });
});

test("a disk that was full: the log says how many lines it lacks, as soon as there is room", () => {
  using directory = new TestDirectory();
  const path = directory.file("log");
  symlinkSync("/dev/full", path);
  const log = createLog("info", { file: path });
  for (let i = 0; i < 3; i++) log.write("info", `lost ${i}`);
  log.reopen(); // as full as before: what was counted stays counted
  log.write("info", "lost 3");
  rmSync(path);
  log.reopen();
  for (const message of ["first", "second"]) log.write("info", message);
  expect(withoutTime(directory.read("log").split("\n").slice(0, -1))).toEqual([
    "INFO   first",
    "ERROR  4 log lines lost: the reader was too slow, or the disk full",
    "INFO   second",
  ]);
});

test("two processes that write to one pipe: every line is whole, and says whose it is", () => {
  const program = `
    import { createLog } from "${import.meta.dir}/../src/log.ts";
    const worker = Number(process.argv.at(-1));
    const log = createLog("info", { isShared: worker === 1, worker });
    if (worker === 2) log.share();
    for (let i = 0; i < 500; i++) {
      log.write("info", "<" + "x".repeat((i * 37) % 6000) + ">", { i, path: "y".repeat(i % 5) });
      if (i % 50 === 0) await Bun.sleep(1);
    }
  `;
  const words = [process.execPath, "-e", program];
  const script = '("$@" 1 & "$@" 2 & wait) 2>&1 | (sleep 0.1; cat)';
  const { stdout } = Bun.spawnSync(["sh", "-c", script, "sh", ...words]);
  const lines = stdout.toString().split("\n").slice(0, -1);
  expect(lines).toHaveLength(1000);
  const next = [0, 0];
  for (const line of withoutTime(lines)) {
    const match = /^INFO {3}<x*(?:>|\u2026) i=(\d+) path=(?:y{1,4}|"") worker=([12])$/.exec(line);
    expect(match, line).not.toBeNull();
    const [, number, worker] = match!;
    expect(Number(number)).toBe(next[Number(worker) - 1]!++);
  }
  const long = lines.map((line) => Buffer.byteLength(line)).filter((length) => length > 4095);
  expect(long).toEqual([]);
});

test("createLog writes nothing by itself", () => {
  expect(Object.keys(createLog("none")).toSorted()).toEqual([
    "announce",
    "reopen",
    "share",
    "write",
  ]);
});

describe("--log-format=auto", () => {
  const program = `
    import { createLog } from "${import.meta.dir}/../src/log.ts";
    createLog("info", { format: "auto" }).announce("announced");
  `;

  test("is for a person on a terminal", async () => {
    let shown = "";
    const child = Bun.spawn([process.execPath, "-e", program], {
      terminal: { data: (_, bytes) => void (shown += Buffer.from(bytes).toString()) },
    });
    expect(await child.exited).toBe(0);
    await eventually("its line", () => shown.includes("\n"));
    child.terminal!.close();
    expect(shown.trim()).toBe("announced");
  });

  test("is for a program elsewhere; a stream that is closed is no terminal", () => {
    const piped = Bun.spawnSync([process.execPath, "-e", program]);
    expect(piped.stderr.toString()).toMatch(/^time=\S+ level=info msg=announced\n$/);
    const closed = Bun.spawnSync(["sh", "-c", 'exec "$0" -e "$1" 2>&-', process.execPath, program]);
    expect([closed.exitCode, closed.stderr.toString()]).toEqual([0, ""]);
  });
});
