// What the options come to together: each in its place, and those that do not fit each other.

import { describe, expect, test } from "bun:test";
import { parseArguments } from "./judged.ts";
import type { Config } from "../../src/config.ts";
import { configOf, DEFAULTS, errorOf } from "./config-of.ts";

test("without options the defaults, frozen", () => {
  const config = configOf("cat");
  expect(config).toEqual(DEFAULTS);
  expect(Object.isFrozen(config)).toBe(true);
});

const EVERY_OPTION =
  "--port=1 --address=[::1] --unixsocket=/s --unixsocket-mode=0660 --unixsocket-owner=u:g " +
  "--redirport=7 --admin=0.0.0.0:9 --admin-remote --ssl --sslcert=c1 --sslkey=k1 --sslcert=c2 --sslkey=k2 --sslca=a " +
  "--origin=https://*.x:8,null --sameorigin --host=h,*.h:1 --maxforks=2 --maxforks-per-ip=8 " +
  "--reverselookup --maxframesize=3 --closems=4 --queue=5000 --buffer-memory=2M " +
  "--loglevel=debug --log-format=json --close-codes=plain --framing=raw --frame-type=text " +
  "--invalid-utf8=close --compress --compress-min=5 --subprotocol=a,b --subprotocol-required " +
  "--pingms=6 --passenv=A,B_* --env=C=d=e --env=F= --staticdir=st --cgidir=cg " +
  "--cgi-timeout=9 --devconsole --header=x-all:1 --header-ws=X-Ws:2 --header-http=x-http:3 " +
  "--stderr=merge --stop=eof:1s,SIGHUP:2ms --on-client-close=finish --finish-timeout=3s --linger=4ms " +
  "--user=u --group=g --cwd=/d --umask=027 --nice=-3 --limit=nofile=5,cpu=1:unlimited --limit=as=2K " +
  "--cgroup=/cg --cgroup-limit=memory=1M,pids=7 --session-timeout=5m --idle-timeout=1.5s --once --exit-idle=6h " +
  "--drain-delay=1.5s --drain=finish --drain-timeout=2m --drain-code=1012 " +
  "--trusted-proxy=::1,unix --forwarded=Forwarded --proxy-protocol --gate=g --gate-timeout=1.5s " +
  "--basic-auth-file=pw --bearer-file=to --prefork=2 --prefork-env=line --daemon --log-file=lo --pidfile=pi --ready-fd=3 --workers=1 --health=[::1]:10 cat";

/** What those come to. */
const EVERYTHING: Config = {
  personality: "websockd",
  file: null,
  command: ["cat"],
  directory: null,
  routes: [],
  basePath: "",
  listen: {
    addresses: ["[::1]"],
    port: 1,
    hasTcp: true,
    isAskedFor: true,
    unixSocket: { path: "/s", mode: 0o660, owner: "u:g" },
    redirectPort: 7,
  },
  admin: { hostname: "0.0.0.0", port: 9 },
  health: { hostname: "[::1]", port: 10 },
  tls: {
    certificates: [
      { certificateFile: "c1", keyFile: "k1" },
      { certificateFile: "c2", keyFile: "k2" },
    ],
    clientAuthorityFile: "a",
  },
  authentication: { passwordFile: "pw", tokenFile: "to" },
  admission: {
    sessionsMax: 2,
    sessionsPerAddressMax: 8,
    origin: { isOpen: false, sameOrigin: true, allowed: ["https://*.x:8", "null"] },
    hosts: ["h", "*.h:1"],
    reverseLookup: true,
  },
  proxies: { trusted: ["::1", "unix"], fields: ["forwarded"], headerRequired: true },
  gate: { program: "g", timeoutMs: 1500 },
  http: {
    staticDirectory: "st",
    cgiDirectory: "cg",
    cgiTimeoutMs: 9,
    hasConsole: true,
    fields: [["X-All", "1"]],
    upgradeFields: [["X-Ws", "2"]],
    plainFields: [["X-Http", "3"]],
  },
  environment: {
    passed: ["A", "B_*"],
    set: [
      ["C", "d=e"],
      ["F", ""],
    ],
  },
  life: {
    ladder: [
      { signal: null, waitMs: 1000 },
      { signal: "SIGHUP", waitMs: 2 },
      { signal: "SIGKILL", waitMs: 0 },
    ],
    finishTimeoutMs: 3000,
    lingerMs: 4,
    sessionTimeoutMs: 300_000,
    idleTimeoutMs: 1500,
    once: true,
    exitIdleMs: 21_600_000,
  },
  drain: { delayMs: 1500, mode: "finish", timeoutMs: 120_000, code: 1012 },
  containment: {
    user: "u",
    group: "g",
    directory: "/d",
    umask: 0o027,
    niceness: -3,
    limits: [
      { name: "nofile", soft: 5, hard: 5 },
      { name: "cpu", soft: 1, hard: Infinity },
      { name: "as", soft: 2048, hard: 2048 },
    ],
    cgroup: { path: "/cg", limits: { "memory.max": 1024 * 1024, "pids.max": 7 } },
  },
  prefork: { count: 2, tellsVariables: true },
  start: { inetd: false, daemon: true, pidFile: "pi", readyDescriptor: 3, workers: 1 },
  messageSizeMax: 3,
  closeExtraMs: 4,
  queueHigh: 5000,
  bufferMemory: 2 * 1024 * 1024,
  log: { level: "debug", format: "json", stream: "stderr", file: "lo" },
  closeCodes: "plain",
  framing: "raw",
  frameType: "text",
  recordSizeMax: 16 * 1024 * 1024,
  invalidUtf8: "close",
  stderr: "merge",
  pty: null,
  compress: "on",
  compressMin: 5,
  subprotocols: ["a", "b"],
  subprotocolRequired: true,
  pingIntervalMs: 6,
};

test("each option reaches its place", () => {
  expect(configOf(...EVERY_OPTION.split(" "))).toEqual(EVERYTHING);
});

describe("PARITY 1.1: what websocketd refuses is refused, with its exit status under its name", () => {
  const CASES: readonly (readonly [words: string, text: RegExp, status: number])[] = [
    ["--dir=d cat", /not both/, 1],
    ["--ssl cat", /--sslcert=FILE/, 1],
    ["--ssl --sslcert=c cat", /--sslkey=FILE/, 1],
    ["--ssl --sslcert=c --sslkey=k --sslcert=c cat", /as many/, 1],
    ["--sslcert=c --sslkey=k cat", /need --ssl/, 1],
    ["--binary --passstderr cat", /--passstderr/, 1],
    ["", /COMMAND is missing/, 1],
    ["--port=x cat", /whole number/, 2],
    ["--nope cat", /Unknown option/, 2],
    ["--devconsole --staticdir=d cat", /--devconsole/, 4],
    ["--devconsole --cgidir=d cat", /--devconsole/, 4],
  ];
  for (const [line, text, status] of CASES) {
    test(`${line || "no arguments"}: ${status}`, () => {
      const words = line === "" ? [] : line.split(" ");
      const refused = parseArguments(words, { name: "/usr/bin/websocketd", stdinIsClient: false });
      expect(refused).toMatchObject({ kind: "error", status });
      expect(refused.kind === "error" && refused.text).toMatch(text);
      if (status !== 4) expect(parseArguments(words)).toMatchObject({ kind: "error", status: 2 });
    });
  }
});

describe("conflicts among our own options", () => {
  const CASES: readonly (readonly [words: string, text: RegExp])[] = [
    ["--sslca=a cat", /--sslca needs --ssl/],
    ["--binary --framing=length cat", /not both/],
    ["--passstderr --framing=length cat", /--passstderr/],
    ["--unixsocket-mode=0600 cat", /needs --unixsocket/],
    ["--unixsocket=/s --unixsocket-mode=rw cat", /in octal/],
    ["--unixsocket=/s --unixsocket-mode=0999 cat", /in octal/],
    ["--unixsocket=/s --unixsocket-owner=a:b:c cat", /USER:GROUP/],
    ["--subprotocol=a --header-ws=Sec-WebSocket-Protocol:b cat", /not both/],
    ["--header=Connection:close cat", /for websockd to set/],
    ["--header-ws=Sec-WebSocket-Extensions:x cat", /for websockd to set/],
    ["--header=nocolon cat", /NAME: VALUE/],
    [`--header=A:${"x".repeat(9000)} cat`, /over 8192 bytes/],
    ["--header=a\u0001:b cat", /NAME: VALUE/],
    ["--header=a:b\u0007 cat", /NAME: VALUE/],
    ["--origin=http:// cat", /is no origin/],
    ["--origin=a/b cat", /is no origin/],
    ["--origin=, cat", /is no origin/],
    ["--host=http://a cat", /is no host/],
    ["--passenv=A*B cat", /names are wanted/],
    ["--env=x cat", /NAME=VALUE/],
    ["--env==x cat", /NAME=VALUE/],
  ];
  for (const [line, text] of CASES) {
    test(JSON.stringify(line.slice(0, 80)), () =>
      expect(errorOf(...line.split(" "))).toMatch(text),
    );
  }
});

describe("under the name websocketd", () => {
  for (const name of ["websocketd", "/usr/bin/websocketd", "./websocketd"]) {
    test(`${name}: its Origin rule, its log, its stream`, () => {
      expect(parseArguments(["cat"], { name, stdinIsClient: false })).toMatchObject({
        kind: "run",
        config: {
          personality: "websocketd",
          admission: { origin: { isOpen: true } },
          log: { format: "websocketd", stream: "stdout" },
        },
      });
    });
  }

  test("--as-websocketd is the same, and goes with any name", () => {
    expect(configOf("--as-websocketd", "cat").personality).toBe("websocketd");
    expect(configOf("--as-websocketd=false", "cat").personality).toBe("websockd");
    expect(configOf("cat", "--as-websocketd").personality).toBe("websockd");
  });

  test("a name that only contains it is another", () => {
    const call = { name: "websocketd-old", stdinIsClient: false };
    expect(parseArguments(["cat"], call)).toMatchObject({ config: { personality: "websockd" } });
  });

  test("PARITY 1.1: port 0 is the default port there, any free one here", () => {
    expect(configOf("--port=0", "cat").listen.port).toBe(0);
    expect(configOf("--as-websocketd", "--port=0", "cat").listen.port).toBe(80);
  });
});

describe("what follows from other options", () => {
  const TLS = ["--ssl", "--sslcert=c", "--sslkey=k"];

  test("PARITY 1.1: the port is 443 with --ssl", () => {
    expect(configOf(...TLS, "cat").listen.port).toBe(443);
    expect(configOf(...TLS, "--port=8", "cat").listen.port).toBe(8);
  });

  test("PARITY 1.1: a Unix socket stands for TCP unless that is asked for", () => {
    const hasTcp = (...of: string[]) => configOf("--unixsocket=/s", ...of, "cat").listen.hasTcp;
    expect(hasTcp()).toBe(false);
    expect(hasTcp("--port=80")).toBe(true);
    expect(hasTcp("--address=::1")).toBe(true);
    expect(hasTcp("--redirport=8")).toBe(true);
  });

  test("--passenv: a list replaces the default, + adds to it", () => {
    const passed = (list: string) => configOf(`--passenv=${list}`, "cat").environment.passed;
    expect(passed("A,B")).toEqual(["A", "B"]);
    expect(passed("+A,B_*")).toEqual(["PATH", "LD_LIBRARY_PATH", "A", "B_*"]);
    expect(passed("")).toEqual([]);
  });

  test("PARITY 1.1: a field's name gets its capitals, its value loses the blanks around it", () => {
    const fields = configOf("--header=x-FRAME-options:   DENY ", "--header", "A:b:c", "cat").http;
    expect(fields.fields).toEqual([
      ["X-Frame-Options", "DENY"],
      ["A", "b:c"],
    ]);
  });
});
