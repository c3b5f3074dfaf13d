// Cases: fields of one's own, redirects, the console (PARITY 1.1).

import { ask, type ParityCase, type RequestParts, type Setup, upgrade } from "./case.ts";
import { type Differences, REFUSED } from "./rows.ts";

const FILES: Setup["files"] = {
  "public/a.txt": "a",
  "cgi/x.sh": "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nx'\n",
};

/** Answers of every kind; `fields` are those of which the case speaks. */
function answers(
  fields: readonly string[],
  differs: { readonly plain?: Differences; readonly refused?: Differences },
): ParityCase[] {
  const observe = ["status", ...fields.map((name) => `header ${name}`)];
  const { plain = {}, refused = {} } = differs;
  const beside = Object.entries(refused).map(([name, row]) => [`beside ${name}`, row] as const);
  return [
    { name: "on a 101", observe, steps: [upgrade()] },
    { name: "on a 404", observe, steps: [ask({ target: "/missing" })], differs: plain },
    { name: "on a file", observe, steps: [ask({ target: "/a.txt" })], differs: plain },
    { name: "on a script's answer", observe, steps: [ask({ target: "/x.sh" })], differs: plain },
    {
      name: "on a 403",
      observe,
      steps: [upgrade({ fields: ["Origin: example.com"] })],
      differs: { ...REFUSED, ...refused },
    },
    {
      name: "on a 429",
      observe: ["status", "beside status"],
      steps: [upgrade(), { beside: [upgrade()] }],
      differs: Object.fromEntries(beside),
    },
  ];
}

function headers(option: string, cases: readonly ParityCase[], values: readonly string[]): Setup {
  return {
    name: option,
    options: [
      "--staticdir={dir}/public",
      "--cgidir={dir}/cgi",
      "--maxforks=1",
      ...values.map((value) => `${option}=${value}`),
    ],
    command: ["cat"],
    files: FILES,
    cases,
  };
}

const ONE_TWO: Differences = {
  "header x-one": ["header-everywhere", "1"],
  "header x-two": ["header-everywhere", "2"],
};

const HEADERS: readonly Setup[] = [
  headers("--header", answers(["x-one", "x-two"], { plain: ONE_TWO, refused: ONE_TWO }), [
    "X-One: 1",
    "x-two:  2 ",
  ]),
  headers("--header-ws", answers(["x-one", "server"], {}), ["X-One: 1", "Server: mine"]),
  headers("--header-http", answers(["x-one", "x-two"], { refused: ONE_TWO }), [
    "X-One: 1",
    "X-Two: 2",
  ]),
  {
    name: "--header-ws, twice the same",
    options: ["--header-ws=X-One: 1", "--header-ws=X-One: 2"],
    command: ["cat"],
    cases: [{ name: "both come", steps: [upgrade()] }],
  },
  {
    name: "--header-ws with a subprotocol",
    options: ["--header-ws=Sec-WebSocket-Protocol: chat"],
    command: ["cat"],
    cases: [
      {
        name: "that was asked for",
        steps: [upgrade({ fields: ["Sec-WebSocket-Protocol: chat"] })],
      },
      { name: "that was not", steps: [upgrade()] },
    ],
  },
];

function redirected(parts: RequestParts, location?: string): ParityCase {
  const name = [parts.method ?? "GET", parts.target ?? "/", ...(parts.fields ?? [])].join(" ");
  return {
    name,
    observe: ["status", "header location"],
    steps: [{ ...ask(parts), to: "redirport" }],
    differs: location === undefined ? {} : { "header location": ["redirport", location] },
  };
}

const REDIRECTS: Setup = {
  name: "--redirport",
  options: ["--redirport={redirport}"],
  command: ["cat"],
  cases: [
    redirected({}),
    redirected({ fields: ["Host: example.com:{redirport}"] }),
    redirected({ target: "/a/b?c=d" }, "http://localhost:{port}/a/b?c=d"),
    redirected({ method: "POST", body: "x" }),
    redirected({ fields: ["Host: [::1]:{redirport}"] }, "http://[::1]:{port}/"),
    {
      ...redirected({ fields: ["Host: example.com"] }, "http://example.com:{port}/"),
      differs: {
        status: ["redirport", 301],
        "header location": ["redirport", "http://example.com:{port}/"],
      },
    },
    {
      name: "a request for a WebSocket",
      observe: ["status", "header location"],
      steps: [{ ...upgrade(), to: "redirport" }],
    },
  ],
};

function page(name: string, parts: RequestParts): ParityCase {
  return { name, observe: ["status", "header content-type"], steps: [ask(parts)] };
}

const CONSOLE: Setup = {
  name: "--devconsole",
  options: ["--devconsole"],
  command: ["cat"],
  cases: [
    page("at /", {}),
    page("at any path", { target: "/any/path?x=1" }),
    page("HEAD", { method: "HEAD" }),
    { name: "a WebSocket beside it", steps: [upgrade(), { text: "x" }, { messages: 1 }] },
  ],
};

export const HTTP_SETUPS: readonly Setup[] = [...HEADERS, REDIRECTS, CONSOLE];
