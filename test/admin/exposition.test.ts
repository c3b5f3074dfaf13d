// The text format of Prometheus: every family with its help and type, cumulative buckets, escaped labels.

import { expect, test } from "bun:test";
import { exposition } from "../../src/admin/exposition.ts";
import { count, countSpawn, noFigures, SPAWN_BOUNDS } from "../../src/admin/figures.ts";

const BUILD = { version: '1.0"\\\n', bun: "1.4.5", startedAt: 1_700_000_000 };

function linesOf(figures = noFigures()): string[] {
  const text = exposition(figures, BUILD);
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}

test("each family is named once, with its help before its type and its type before its samples", () => {
  let current = "";
  const seen = new Set<string>();
  for (const line of linesOf()) {
    const [, kind, name = ""] = /^# (HELP|TYPE) (\S+) ./.exec(line) ?? [];
    if (kind === "HELP") {
      expect(seen.has(name)).toBe(false);
      seen.add(name);
      current = name;
    } else if (kind === "TYPE") {
      expect(name).toBe(current);
    } else {
      expect(line).toMatch(/^[a-z_]+(?:\{.*\})? [0-9.e+-]+$/);
      expect(line.startsWith(current)).toBe(true);
    }
  }
  expect(seen.size).toBeGreaterThan(10);
});

test("counts have their labels", () => {
  const figures = noFigures();
  count(figures.ended, "gone");
  count(figures.ended, "gone");
  count(figures.refused, "429");
  count(figures.exits, "exit 3");
  count(figures.exits, "signal SIGKILL");
  figures.messages.incoming = 2 ** 40;
  const lines = linesOf(figures);
  expect(lines).toContain('websockd_sessions_ended_total{cause="gone"} 2');
  expect(lines).toContain('websockd_refusals_total{status="429"} 1');
  expect(lines).toContain('websockd_program_exits_total{kind="exit",of="3"} 1');
  expect(lines).toContain('websockd_program_exits_total{kind="signal",of="SIGKILL"} 1');
  expect(lines).toContain('websockd_messages_total{direction="incoming"} 1099511627776');
});

test("each bucket has those below it in it, and the last has all", () => {
  const figures = noFigures();
  for (const seconds of [0.001, 0.002, 0.2, 60]) countSpawn(figures.spawned, seconds);
  const lines = linesOf(figures).filter((line) => line.startsWith("websockd_spawn"));
  const values = lines.map((line) => Number(line.split(" ").at(-1)));
  expect(values.slice(0, -2)).toEqual([1, 2, 2, 2, 2, 2, 2, 3, 3, 4]);
  expect(lines.filter((line) => line.includes("_bucket")).length).toBe(SPAWN_BOUNDS.length + 1);
  expect(lines).toContain('websockd_spawn_duration_seconds_bucket{le="+Inf"} 4');
  expect(values.slice(-2)).toEqual([60.203, 4]);
});

test("a label's value is escaped", () => {
  expect(linesOf().at(-1)).toBe(String.raw`websockd_build_info{version="1.0\"\\\n",bun="1.4.5"} 1`);
});
