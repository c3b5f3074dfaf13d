// What is measured and what is left out: features, programs, descriptors, memory.
import { describe, expect, test } from "bun:test";
import { parseBench } from "../../bench/command-line.ts";
import { thisMachine, tooMuch, type Machine } from "../../bench/limits.ts";
import type { Pattern } from "../../bench/patterns/pattern.ts";
import { PATTERNS } from "../../bench/patterns/table.ts";
import { planFor } from "../../bench/plan.ts";
import type { Server } from "../../bench/servers/server.ts";
import { findServers } from "../../bench/servers/servers.ts";

const ROOMY: Machine = { descriptors: 1e6, processes: 4e6, availableKibibytes: 1e9 };

function pattern(name: string): Pattern {
  const found = PATTERNS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no pattern ${name}`);
  return found;
}

const { servers } = findServers({ floor: "floor", others: ["mine=./mine {port}"] });

function server(name: string): Server {
  const found = servers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no server ${name}`);
  return found;
}

function planned(names: readonly string[], some: Partial<Parameters<typeof planFor>[0]> = {}) {
  const { cells, leftOut } = planFor({
    patterns: names.map(pattern),
    servers: ["websockd", "websockd --prefork", "floor", "mine"].map(server),
    machine: ROOMY,
    hasCertificate: true,
    ...some,
  });
  return { cells: cells.map((cell) => `${cell.pattern.name} ${cell.server.name}`), leftOut };
}

test("patterns have names of their own", () => {
  expect(new Set(PATTERNS.map(({ name }) => name)).size).toBe(PATTERNS.length);
  expect(PATTERNS.filter(({ quick }) => quick).length).toBeGreaterThan(2);
});

describe("the plan", () => {
  test("servers take turns within a pattern", () => {
    expect(planned(["1x64x1", "first-echo"]).cells).toEqual([
      "1x64x1 websockd",
      "1x64x1 floor",
      "1x64x1 mine",
      "first-echo websockd",
      "first-echo websockd --prefork",
      "first-echo floor",
      "first-echo mine",
    ]);
  });

  test("leaves out what a server has not, with a line", () => {
    const { cells, leftOut } = planned(["tls", "deflate", "out-seq"]);
    expect(cells).toEqual([
      "tls websockd",
      "deflate websockd",
      "out-seq websockd",
      "out-seq floor",
    ]);
    expect(leftOut).toEqual([
      "tls, floor: it has no TLS",
      "tls, mine: it has no TLS",
      "deflate, floor: it has no permessage-deflate",
      "deflate, mine: it has no permessage-deflate",
      "out-seq, mine: it has only cat",
    ]);
  });

  test("leaves out TLS without a certificate", () => {
    const { cells, leftOut } = planned(["tls"], { hasCertificate: false });
    expect(cells).toEqual([]);
    expect(leftOut[0]).toContain("openssl is not installed");
  });
});

describe("what the machine bears", () => {
  const websockd = server("websockd");
  for (const [lacking, why] of [
    [{ descriptors: 20_000 }, "it needs 25064 descriptors, and a process may have 20000"],
    [{ processes: 4096 }, "it needs 5000 processes"],
    [{ availableKibibytes: 1e6 }, "it may need 5120000 KiB"],
  ] as const) {
    test(why, () => {
      expect(tooMuch(pattern("ramp-5000"), websockd, { ...ROOMY, ...lacking })).toContain(why);
      expect(tooMuch(pattern("ramp-10"), websockd, { ...ROOMY, ...lacking })).toBeUndefined();
    });
  }

  test("this one says what it has", () => {
    const { descriptors, processes, availableKibibytes } = thisMachine();
    expect(descriptors).toBeGreaterThan(100);
    expect(processes).toBeGreaterThan(100);
    expect(availableKibibytes).toBeGreaterThan(1000);
  });
});

describe("the command line", () => {
  function optionsOf(...argv: string[]) {
    const parsed = parseBench(argv);
    if (parsed.kind !== "run") throw new Error(parsed.text);
    return parsed.options;
  }

  test("patterns by name and by kind", () => {
    const names = optionsOf("--only=churn,ramp").patterns.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(["churn", "ramp-10"]);
    expect(optionsOf().patterns).toEqual(PATTERNS);
  });

  test("--quick is shorter, and gives way to what is said", () => {
    const whole = optionsOf();
    const quick = optionsOf("--quick", "--rounds=7");
    expect(quick.durationSeconds).toBeLessThan(whole.durationSeconds);
    expect(quick.budgetSeconds).toBeLessThan(60);
    expect(quick.rounds).toBe(7);
    expect(quick.patterns.length).toBeLessThan(whole.patterns.length);
  });

  for (const [argument, text] of [
    ["--only=bogus", "no such pattern or kind"],
    ["--rounds=0", "--rounds=0 is not a whole number"],
    ["--duration=0", "--duration=0 is not a number of seconds"],
    ["--bogus", "Unknown option '--bogus'"],
  ] as const) {
    test(argument, () => {
      expect(parseBench([argument])).toMatchObject({ kind: "error" });
      expect(JSON.stringify(parseBench([argument]))).toContain(text);
    });
  }

  test("a server without a port", () => {
    expect(() => findServers({ floor: undefined, others: ["mine=./mine 80"] })).toThrow("{port}");
    expect(() => findServers({ floor: undefined, others: ["./mine {port}"] })).toThrow("NAME=");
  });
});
