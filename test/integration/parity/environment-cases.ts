// Cases: what the program finds in its environment (PARITY 1.2).

import { type ParityCase, type RequestParts, type Setup, upgrade } from "./case.ts";
import { type Differences, EXITS_0, NOSNIFF, status } from "./rows.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function always(host: string): Differences {
  return {
    ...EXITS_0,
    "env SERVER_SOFTWARE": ["server-software", /^websockd\/\d+\.\d+\.\d+$/],
    "env GATEWAY_INTERFACE": ["gateway-interface", "CGI/1.1"],
    "env UNIQUE_ID": ["unique-id", UUID_V7],
    "env HTTP_HOST": ["http-host", host],
    "env WEBSOCKET_PROTOCOL": ["subprotocol", ""],
  };
}

function dump(name: string, parts: RequestParts, differs: Differences = {}): ParityCase {
  const field = parts.fields?.find((line) => line.startsWith("Host:")) ?? "Host: localhost:{port}";
  return {
    name,
    read: "environment",
    steps: [upgrade(parts), { over: true }],
    differs: { ...always(field.slice("Host:".length).trim()), ...differs },
  };
}

function refused(name: string, parts: RequestParts, differs: Differences): ParityCase {
  return { name, steps: [upgrade(parts), { over: true }], differs };
}

const OPEN_AS_SENT = status("no-path-redirects", 101);
const UNDECODED = status("undecodable-path", 101);

const TARGETS: readonly ParityCase[] = [
  dump("/", {}),
  dump("path and query, percent-encoded", { target: "/a%20b/%C3%BC/c?x=1&y=%20&%C3%BC" }),
  dump("an empty query", { target: "/?" }),
  dump("a query with a question mark", { target: "/a?b?c" }),
  dump("a slash, encoded", { target: "/a%2fb" }),
  dump("a line feed, encoded", { target: "/a%0ab" }),
  dump("signs that a path may hold", { target: "/a;b=c,d+e:@!$&'()*~" }),
  dump("the absolute form", { target: "http://localhost:{port}/a?b" }),
  refused("two slashes", { target: "//a" }, OPEN_AS_SENT),
  refused("/../", { target: "/a/../b?x" }, OPEN_AS_SENT),
  refused("/../, encoded", { target: "/a/%2e%2e/b" }, OPEN_AS_SENT),
  refused("percent signs that encode nothing", { target: "/a%zz" }, UNDECODED),
  {
    ...refused("a NUL, encoded", { target: "/a%00b" }, EXITS_0),
    observe: ["status", "close", "reason"],
    differs: {
      close: ["undecodable-path", 1000],
      reason: ["undecodable-path", "exit 0"],
    },
  },
  refused(
    "an absolute form that is not Host's",
    { target: "http://other.example/a" },
    {
      status: ["absolute-target", 400],
    },
  ),
];

const FIELDS: readonly ParityCase[] = [
  dump("a field twice, padded, empty", {
    fields: ["X-Twice: one", "x-twice: two", "X-Padded: \t a b \t", "X-Empty:", "Accept: */*"],
  }),
  dump(
    "cookies",
    { fields: ["Cookie: a=1", "Cookie: b=2"] },
    {
      "env HTTP_COOKIE": ["cookies", "a=1; b=2"],
    },
  ),
  dump(
    "Proxy",
    { fields: ["Proxy: http://evil.example/"] },
    {
      "env HTTP_PROXY": ["httpoxy", undefined],
    },
  ),
  dump("what may be secret", {
    fields: [
      "Authorization: Basic eDp5",
      "Origin: http://localhost:{port}",
      "X-Forwarded-For: ::1",
    ],
  }),
  dump("UTF-8 in a field", { fields: ["X-Text: \u00c3\u00bc"] }),
  dump(
    "Latin-1 in a field",
    { fields: ["X-Text: \u00fc"] },
    {
      "env HTTP_X_TEXT": ["latin1", "\u00fc"],
    },
  ),
  dump("Host without a port", { fields: ["Host: Example.COM"] }),
  dump("Host with another port", { fields: ["Host: example.com:8080"] }),
  dump(
    "Host is an IPv6 address",
    { fields: ["Host: [::1]:90"] },
    {
      "env SERVER_NAME": ["server-name-ipv6", "[::1]"],
    },
  ),
  dump("Host is an IPv6 address without a port", { fields: ["Host: [::1]"] }),
  dump(
    "Host is empty",
    { fields: ["Host: "] },
    {
      "env SERVER_NAME": ["empty-host", "127.0.0.1"],
    },
  ),
  refused("no Host", { without: ["host"] }, NOSNIFF),
];

/** Twenty pairs: that Go's map gives the right one of each by chance happens once in a million runs. */
const PAIRS = Array.from({ length: 20 }, (_, i) => [`X-User${i}: good`, `X_User${i}: evil`]).flat();

export const ENVIRONMENT_SETUPS: readonly Setup[] = [
  {
    name: "the environment",
    command: ["env"],
    environment: { LD_LIBRARY_PATH: "/nowhere", SECRET: "1", HOME: "/dev/null", LANG: "C" },
    cases: [...TARGETS, ...FIELDS],
  },
  {
    name: "names that differ in - and _",
    command: ["sh", "-c", "env | grep -c '^HTTP_X_USER[0-9]*=evil$'; exit 0"],
    cases: [
      {
        name: "which of the two the program gets",
        steps: [upgrade({ fields: PAIRS }), { over: true }],
        differs: { messages: ["underscore", ["0"]], ...EXITS_0 },
      },
    ],
  },
  {
    name: "--passenv",
    options: ["--passenv=PARITY_ONE,PARITY_TWO,PARITY_EMPTY,PARITY_NONE,HTTPS"],
    command: ["/usr/bin/env"],
    environment: {
      PARITY_ONE: "one",
      PARITY_TWO: " two\r\nlines ",
      PARITY_EMPTY: "",
      PARITY_THREE: "three",
      HTTPS: "on",
    },
    cases: [dump("the list replaces the default", {})],
  },
  {
    name: "--passenv with blanks",
    options: ["--passenv=PARITY_ONE, PARITY_TWO"],
    command: ["/usr/bin/env"],
    environment: { PARITY_ONE: "one", PARITY_TWO: "two" },
    cases: [dump("blanks around a name", {}, { "env PARITY_TWO": ["passenv-patterns", "two"] })],
  },
  {
    name: "--passenv of our own variables",
    options: ["--passenv=SERVER_SOFTWARE,REMOTE_ADDR"],
    command: ["/usr/bin/env"],
    environment: { SERVER_SOFTWARE: "mine", REMOTE_ADDR: "192.0.2.1" },
    cases: [
      {
        name: "SERVER_SOFTWARE can be given, REMOTE_ADDR cannot",
        read: "environment",
        observe: ["env SERVER_SOFTWARE", "env REMOTE_ADDR"],
        steps: [upgrade(), { over: true }],
      },
    ],
  },
];
