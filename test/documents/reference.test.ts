// docs/reference.md: its tables have what the code has, no less and no more.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { OPTION_ROWS } from "../../src/cli/options.ts";
import { LIMITS } from "../../src/config.ts";
import { REASONS } from "../../src/http/response.ts";
import { closeReasonFor, CUT_RECORD } from "../../src/net/close-reason.ts";
import type { EndCause } from "../../src/session/endpoint.ts";
import * as violations from "../../src/websocket/violation.ts";
import { quoted, tableRows } from "../support/document-tables.ts";

const PAGE = "docs/reference.md";
const ROOT = join(import.meta.dir, "../..");

/** Every kind that ends a session by a word of ours; null: the row is told by its own table, or nothing is said. */
const CAUSES: Readonly<Record<EndCause["kind"], readonly EndCause[] | null>> = {
  exit: null,
  signal: null,
  violation: null, // below
  output: null, // the same
  refused: null, // the text is the control's
  timeout: null, // a script's: an HTTP answer
  closed: null,
  gone: null,
  silent: null,
  stalled: null,
  expired: [
    { kind: "expired", limit: "session" },
    { kind: "expired", limit: "idle" },
  ],
  operator: [{ kind: "operator" }],
  stopping: [{ kind: "stopping" }, { kind: "stopping", code: 1012 }],
  defect: [{ kind: "defect" }],
  "no-memory": [{ kind: "no-memory" }],
};

function violationRows(): string[] {
  const all = Object.values(violations).flat();
  return all.flatMap((row) => (row === undefined ? [] : [`${row.closeCode} ${row.text}`]));
}

describe("close codes", () => {
  test("each that the code has, with its reason", () => {
    const causes = Object.values(CAUSES).flatMap((of) => of ?? []);
    const ends = causes.map((cause) => {
      const { code, reason } = closeReasonFor(cause, "status");
      return `${code} ${reason}`;
    });
    const rows = tableRows(PAGE, "Close codes");
    const said = rows.map(([code, reason]) => `${code} ${quoted(reason!)[0] ?? "a control's"}`);
    const expected = new Set([...ends, ...violationRows(), "1008 a control's"]);
    expect(said.toSorted()).toEqual([...expected].toSorted());
  });

  test("each end of a program", () => {
    const heading = "The end of a program, and the client's code";
    const rows = tableRows(PAGE, heading).map((row) => row.slice(1));
    const told = (cause: EndCause) => {
      const [status, plain] = (["status", "plain"] as const).map((style) =>
        closeReasonFor(cause, style),
      );
      return [status!.code, plain!.code, status!.reason];
    };
    const written = ([status, plain, reason]: string[], n: number) => [
      status!.endsWith("+N") ? Number.parseInt(status!) + n : Number(status),
      Number(plain),
      quoted(reason!)[0]!.replace(/\bN$/, String(n)).replace("SIGNAME", "SIGKILL"),
    ];
    expect(written(rows[0]!, 0)).toEqual(told({ kind: "exit", status: 0 }));
    expect(written(rows[1]!, 7)).toEqual(told({ kind: "exit", status: 7 }));
    expect(written(rows[2]!, 9)).toEqual(told({ kind: "signal", name: "SIGKILL", number: 9 }));
    expect(written(rows[3]!, 0)).toEqual([CUT_RECORD.code, CUT_RECORD.code, CUT_RECORD.reason]);
    expect(rows).toHaveLength(4);
  });
});

/** The sources of what speaks to clients: the operator's door has its own page. */
function sources(): string[] {
  const names = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  const ours = names.filter((name) => name.endsWith(".ts") && !/^(?:admin|kernel)\//.test(name));
  return ours.map((name) => readFileSync(join(ROOT, "src", name), "utf8"));
}

test("HTTP answers: each status that the code can give", () => {
  const rows = tableRows(PAGE, "HTTP answers").map(([status]) => Number(status));
  const named = Object.keys(REASONS).map(Number);
  // Those that are no end of a request are lines of their own.
  expect(rows).toEqual([100, 101, ...named].toSorted((a, b) => a - b));
  const given =
    /(?:\bstatus: |\bstatus = |\brefuse\(\s*|\bplain\(|\bwithout\(|\bSTATUS_\w+ = |HTTP\/1\.1 |\bbroken\(.*, )(\d{3})\b/g;
  const found = sources().flatMap((text) => [...text.matchAll(given)].map(([, n]) => Number(n)));
  expect(new Set(found).size).toBeGreaterThan(20);
  expect(found.filter((status) => !rows.includes(status))).toEqual([]);
});

describe("limits", () => {
  const size = (bytes: number) => `${bytes / 1024} KiB`;
  const time = (ms: number) => `${ms / 1000} s`;
  const count = (n: number) => n.toLocaleString("en");
  /** Of each the row's name, and how it is written. */
  const WRITTEN: Readonly<Record<keyof typeof LIMITS, [what: string, (n: number) => string]>> = {
    headSizeMax: ["the head of a request", size],
    targetSizeMax: ["its target", size],
    fieldsMax: ["its fields", count],
    headTimeoutMs: ["the time for it", time],
    fragmentsMax: ["fragments of a message", count],
    fragmentsEmptyMax: ["empty ones", count],
    closeTimeoutMs: ["the client's answer to a Close", time],
    stallTimeoutMs: ["a client that is paused, and may have left", time],
    writeStallTimeoutMs: ["a client that takes nothing of what is sent", time],
    endTimeoutMs: ["the end of the server, when its last session is told", time],
    gateOutputSizeMax: ["what a gate says", size],
    lookupTimeoutMs: ["the look-up of a client's name", time],
  };

  test("without an option: all, with their values", () => {
    const expected = Object.entries(WRITTEN).map(([name, [what, write]]) => [
      what,
      write(LIMITS[name as keyof typeof LIMITS]),
    ]);
    const rows = tableRows(PAGE, "Limits", 1).map((row) => row.slice(0, 2));
    expect(rows).toEqual(expected);
  });

  test("with an option: the defaults are the options'", () => {
    for (const [option, value] of tableRows(PAGE, "Limits")) {
      const row = OPTION_ROWS.get(quoted(option!)[0]!.slice(2));
      expect(row?.default, option).toBe(value!);
    }
  });
});

test("signals: each that the process listens to", () => {
  const source = readFileSync(join(ROOT, "src/start/lifecycle.ts"), "utf8");
  const heard = new Set([...source.matchAll(/"(SIG[A-Z0-9]+)"/g)].map(([, name]) => name!));
  const rows = tableRows(PAGE, "Signals").flatMap(([name]) => quoted(name!));
  expect(rows.toSorted()).toEqual([...heard].toSorted());
});

test("exit status: those of the man page", () => {
  const manual = readFileSync(join(ROOT, "docs/websockd.1"), "utf8");
  const section = manual.split(".Sh EXIT STATUS")[1]!.split(".Sh ")[0]!;
  const items = [...section.matchAll(/^\.It (.*)$/gm)].flatMap(([, text]) => text!.split(" , "));
  const rows = tableRows(PAGE, "Exit status").map(([status]) => status!);
  expect(rows).toEqual(items);
});
