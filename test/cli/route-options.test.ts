// Each option that a route may have does for it what the same option as a flag does for COMMAND.

import { describe, expect, test } from "bun:test";
import { readCall, type Arguments } from "../../src/cli/arguments.ts";
import { judgeCall } from "./judged.ts";
import { fileLayer } from "../../src/cli/config-file.ts";
import type { OptionRow } from "../../src/cli/option.ts";
import { OPTION_ROWS, OPTIONS } from "../../src/cli/options.ts";
import { Random, seedOfRun } from "../support/random.ts";

/** Of those whose row does not say all. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  pty: ["80x24", "120x40", "pipe"],
  passenv: ["PATH,LC_*", "+TERM"],
  env: ["A=1", "B="],
  subprotocol: ["chat,superchat"],
  user: ["nobody", "0"],
  group: ["nogroup"],
  cwd: ["/"],
  umask: ["027"],
  nice: ["-5", "19"],
  limit: ["nofile=1024,as=512M", "cpu=60:120"],
  cgroup: ["/sys/fs/cgroup/a"],
  "cgroup-limit": ["memory=256M,pids=64"],
  origin: ["https://a.example,null", "*"],
  gate: ["/gate"],
  stop: ["eof:1s,TERM:2s,KILL"],
  "header-ws": ["A: 1"],
  queue: ["8K", "1M"],
};

function textsOf(row: OptionRow): readonly string[] {
  if (row.type === "flag") return ["true", "false"];
  if (Array.isArray(row.type)) return row.type;
  const given = TEXTS[row.name];
  if (given !== undefined) return given;
  if (row.type === "duration") return [row.default || "10s", "90s"];
  if (row.type === "integer" || row.type === "size") return [row.default, "500"];
  throw new Error(`no texts for --${row.name}`);
}

function inFile({ name, type }: OptionRow, text: string): string {
  const value = type === "flag" || type === "integer" ? text : JSON.stringify(text);
  return `${name} = ${type === "texts" ? `[${value}]` : value}`;
}

type Pair = readonly [row: OptionRow, text: string];

function asFlags(pairs: readonly Pair[]): Arguments {
  return judgeCall(readCall([...pairs.map(([row, text]) => `--${row.name}=${text}`), "cat"]));
}

function resultOf(server: readonly Pair[], route: readonly Pair[]): Arguments {
  const own = ["[[route]]", "path = '/a'", "command = ['cat']"];
  const lines = [server, own, route].flatMap((part) =>
    part.map((entry) => (typeof entry === "string" ? entry : inFile(...entry))),
  );
  return judgeCall(readCall([]), [fileLayer("/f", lines.join("\n"))]);
}

/** The route is as it would be alone; `text` is what the flags are refused with. */
function expectSame(result: Arguments, flags: Arguments, name: string): void {
  if (flags.kind === "error") {
    expect(result, name).toMatchObject({
      kind: "error",
      text: expect.stringContaining(`route /a: ${flags.text}`),
    });
    return;
  }
  if (flags.kind !== "run" || result.kind !== "run") {
    throw new Error(`${name}: ${JSON.stringify(result)}`);
  }
  expect(result.config.routes[0]!.config, name).toEqual(flags.config);
}

const OWN = OPTIONS.filter((row) => row.isPerRoute === true && row.name !== "dir");
const PAIRS = OWN.flatMap((row) => textsOf(row).map((text): Pair => [row, text]));

describe("alone", () => {
  test.each(PAIRS.map(([row, text]) => [row.name, text] as const))("%s = %s", (name, text) => {
    const pairs: readonly Pair[] = [[OPTION_ROWS.get(name)!, text]];
    expectSame(resultOf([], pairs), asFlags(pairs), `${name} = ${text}`);
  });
});

test("several together, and what they are refused with", () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  const kinds = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const picked = new Map<string, Pair>();
    for (let n = random.between(2, 5); n > 0; n--) {
      const pair = PAIRS[random.below(PAIRS.length)]!;
      picked.set(pair[0].name, pair);
    }
    const pairs = [...picked.values()];
    const flags = asFlags(pairs);
    kinds.add(flags.kind);
    const name = `${pairs.map((pair) => inFile(...pair)).join("; ")} of ${seed}`;
    expectSame(resultOf([], pairs), flags, name);
    // What it does not say is as for the whole server, but for how many programs wait.
    const inherited = pairs.filter(([{ name: option }]) => !option.startsWith("prefork"));
    const whole = asFlags(inherited);
    if (whole.kind === "run") expectSame(resultOf(inherited, []), whole, name);
  }
  expect([...kinds].toSorted()).toEqual(["error", "run"]);
});

test("the options that are for one route are these", () => {
  const names =
    "framing frame-type binary max-record maxframesize invalid-utf8 stderr passstderr pty readonly " +
    "passenv env subprotocol subprotocol-required closems close-codes queue compress compress-min " +
    "user group cwd umask nice limit cgroup cgroup-limit origin sameorigin gate gate-timeout " +
    "prefork prefork-env stop on-client-close finish-timeout linger session-timeout idle-timeout " +
    "header-ws dir";
  const marked = OPTIONS.filter((row) => row.isPerRoute).map((row) => row.name);
  expect(marked.toSorted()).toEqual(names.split(" ").toSorted());
});

describe("beside what the whole server says", () => {
  const COMMAND = "path = '/a'\ncommand = ['cat']";
  test.each<[server: string, route: string, expected: object]>([
    ["framing = 'json'", "binary = true", { framing: "raw" }],
    ["binary = true", "framing = 'json'", { framing: "json" }],
    ["binary = true", "binary = false", { framing: "lines" }],
    ["framing = 'json'", "binary = false", { framing: "json" }],
    ["frame-type = 'auto'", "framing = 'json'", { framing: "json", frameType: null }],
    ["frame-type = 'auto'", "framing = 'nul'", { framing: "nul", frameType: "auto" }],
    ["invalid-utf8 = 'close'", "framing = 'nul'", { framing: "nul", invalidUtf8: "close" }],
    ["invalid-utf8 = 'close'", "framing = 'raw'", { framing: "raw", invalidUtf8: "replace" }],
    ["invalid-utf8 = 'close'", "frame-type = 'binary'", { invalidUtf8: "replace" }],
    ["framing = 'json'\nmax-record = 5", "framing = 'lines'", { recordSizeMax: 16 * 2 ** 20 }],
    ["framing = 'json'\nmax-record = 5", "framing = 'length'", { recordSizeMax: 5 }],
    ["stderr = 'merge'", "passstderr = true", { stderr: "client" }],
    ["passstderr = true", "stderr = 'off'", { stderr: "off" }],
    ["passstderr = true", "passstderr = false", { stderr: "log" }],
    ["framing = 'json'\nstderr = 'off'", "pty = true", { framing: "raw", stderr: "merge" }],
    ["invalid-utf8 = 'close'", "pty = true", { pty: { mode: "terminal" } }],
    ["framing = 'json'", "pty = 'pipe'", { framing: "json", pty: { mode: "pipe" } }],
    ["pty = true\nreadonly = true", "pty = '10x10'", { pty: { columns: 10, isReadonly: true } }],
    ["pty = true", "pty = false\nframing = 'json'", { pty: null, framing: "json" }],
    [
      "on-client-close = 'finish'\nfinish-timeout = '1m'",
      "on-client-close = 'stop'",
      { life: { finishTimeoutMs: null } },
    ],
    [
      "on-client-close = 'finish'\nfinish-timeout = '1m'",
      "on-client-close = 'finish'",
      { life: { finishTimeoutMs: 60_000 } },
    ],
    ["gate = '/g'\ngate-timeout = '1m'", "gate = ''", { gate: null }],
    ["gate = '/g'\ngate-timeout = '1m'", "gate = '/h'", { gate: { timeoutMs: 60_000 } }],
    ["gate = '/g'", "", { gate: { program: "/g" } }],
    ["cgroup = '/c'\ncgroup-limit = 'pids=1'", "cgroup = ''", { containment: { cgroup: null } }],
    ["subprotocol = 'a'\nsubprotocol-required = true", "subprotocol = ''", { subprotocols: [] }],
    ["prefork-env = 'line'", "prefork = 2", { prefork: { count: 2, tellsVariables: true } }],
    ["prefork-env = 'line'", "", { prefork: { count: 0, tellsVariables: false } }],
    ["env = ['A=1', 'B=2']", "env = ['B=3']", { environment: { set: [["B", "3"]] } }],
    ["env = ['A=1']", "env = []", { environment: { set: [] } }],
    ["origin = 'https://a.example'", "origin = '*'", { admission: { origin: { allowed: ["*"] } } }],
    [
      "origin = 'https://a.example'",
      "sameorigin = true",
      { admission: { origin: { allowed: [], sameOrigin: true } } },
    ],
    [
      "sameorigin = true",
      "origin = 'https://b.example'",
      { admission: { origin: { allowed: ["https://b.example"], sameOrigin: false } } },
    ],
    [
      "user = 'root'\ngroup = 'adm'",
      "user = 'nobody'",
      { containment: { user: "nobody", group: null } },
    ],
    ["group = 'adm'", "nice = 1", { containment: { group: "adm" } }],
    ["sameorigin = true", "origin = ''", { admission: { origin: { sameOrigin: true } } }],
    [
      "sameorigin = true",
      "sameorigin = true\norigin = 'https://b.example'",
      { admission: { origin: { allowed: ["https://b.example"], sameOrigin: true } } },
    ],
    ["host = 'a.example'", "host = 'b.example'", { admission: { hosts: ["a.example"] } }],
    ["maxforks = 3\nqueue = 8192", "queue = 4096", { queueHigh: 4096 }],
  ])("%j, and a route's %j", (server, route, expected) => {
    const text = `${server}\n[[route]]\n${COMMAND}\n${route}`;
    const result = judgeCall(readCall([]), [fileLayer("/f", text)]);
    if (result.kind !== "run") throw new Error(JSON.stringify(result));
    expect(result.config.routes[0]!.config).toMatchObject(expected);
  });

  test.each<[server: string, route: string, problem: string]>([
    ["", "framing = 'json'\npty = true", "/a: --pty sends what the terminal shows as it comes: "],
    ["", "framing = 'json'\npty = true", " for lines [--pty: /f:6; --framing: /f:5]"],
    ["pty = true", "framing = 'json'", " for lines [--pty: /f:1; --framing: /f:5]"],
    ["pty = true\nreadonly = true", "pty = false", "/a: --readonly shows a terminal"],
    ["", "readonly = true", "/a: --readonly shows a terminal and takes no keys: give --pty with "],
    ["", "gate-timeout = '1m'", "/a: --gate-timeout needs --gate=PROGRAM [--gate-timeout: /f:5]"],
    ["", "prefork-env = 'line'", "/a: --prefork-env=line needs --prefork=N [--prefork-env: /f:5]"],
    ["prefork = 3", "", "--prefork needs COMMAND (a route says its own) [--prefork: /f:1]"],
    ["", "pty = 'x'", "/a: --pty=x: COLSxROWS, each from 1 to 1000, or pipe is wanted"],
    ["", "origin = '/'", '/a: --origin=/: "/" is no origin'],
    ["binary = true\nframing = 'json'", "", "Give --binary or --framing=json, not both [--bin"],
    ["stderr = 'merge'", "framing = 'json'", "--stderr: /f:1; --framing: /f:5]"],
  ])("%j, and a route's %j is refused: %s", (server, route, problem) => {
    const text = `${server}\n[[route]]\n${COMMAND}\n${route}`;
    const result = judgeCall(readCall([]), [fileLayer("/f", text)]);
    expect(result).toMatchObject({ kind: "error", status: 2 });
    expect(result).toMatchObject({ text: expect.stringContaining(problem) });
  });
});
