// Cases: CGI scripts, with --cgidir (PARITY 1.2, 1.3).

import { ask, type ParityCase, type RequestParts, type Setup } from "./case.ts";
import { type Differences, status } from "./rows.ts";

const HEAD = "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\n";

function prints(head: string): string {
  return `#!/bin/sh\nprintf '${head}'\n`;
}

const OBSERVED = [
  "status",
  "header content-type",
  "header location",
  "header set-cookie",
  "header x-mine",
  "body",
];

function call(target: string, differs: Differences = {}, parts: RequestParts = {}): ParityCase {
  const name = [parts.method ?? "GET", target, ...(parts.fields ?? [])].join(" ");
  return { name, observe: OBSERVED, steps: [ask({ target, ...parts })], differs };
}

const FILES: Setup["files"] = {
  "cgi/env.sh": `${HEAD}env`,
  "cgi/pwd.sh": `${HEAD}pwd; echo $#`,
  "cgi/body.sh": `${HEAD}cat; echo; echo $CONTENT_LENGTH $CONTENT_TYPE $REQUEST_METHOD`,
  "cgi/late.sh": `${HEAD}echo part; exit 3`,
  "cgi/sub/x.sh": `${HEAD}echo x`,
  "cgi/.hidden.sh": `${HEAD}echo x`,
  "cgi/plain.sh": { text: `${HEAD}echo x`, mode: 0o644 },
  "cgi/outside.sh": { link: "../outside.sh" },
  "outside.sh": `${HEAD}echo outside`,
  "cgi/status.sh": prints(
    "Status: 418 Teapot\\nX-Mine: 1\\nContent-Type: text/x-mine\\n\\nshort\\n",
  ),
  "cgi/no-content.sh": prints("Status: 204 No Content\\n\\n"),
  "cgi/location.sh": prints("Location: http://example.com/x\\n\\n"),
  "cgi/local.sh": prints("Location: /pwd.sh\\n\\n"),
  "cgi/cookies.sh": prints("Set-Cookie: a=1\\nSet-Cookie: b=2\\nContent-Type: text/html\\n\\n<p>"),
  "cgi/length.sh": prints("Content-Type: text/plain\\nContent-Length: 3\\n\\nabc"),
  "cgi/no-type.sh": prints("X-Mine: 1\\n\\n<p>"),
  "cgi/no-head.sh": prints("hello\\n"),
  "cgi/no-field.sh": prints("Content-Type: text/plain\\nno field\\n\\nabc"),
  "cgi/nph.sh": prints("HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nx"),
  "cgi/fails.sh": "#!/bin/sh\nexit 3\n",
};

const VARIABLES = [
  "REQUEST_METHOD",
  "QUERY_STRING",
  "REQUEST_URI",
  "REMOTE_ADDR",
  "REMOTE_HOST",
  "REMOTE_PORT",
  "SERVER_PORT",
  "SERVER_PROTOCOL",
  "GATEWAY_INTERFACE",
  "SCRIPT_FILENAME",
  "PWD",
  "HTTP_HOST",
  "HTTP_COOKIE",
  "HTTP_AUTHORIZATION",
  "HTTP_X_TWICE",
  "HTTP_PROXY",
  "PARITY_TWO",
].map((name) => `env ${name}`);

const ENVIRONMENT: ParityCase = {
  name: "the environment",
  read: "environment",
  observe: ["status", ...VARIABLES],
  steps: [
    ask({
      target: "/env.sh?a=b&c",
      fields: [
        "Cookie: a=1",
        "Cookie: b=2",
        "Proxy: http://evil.example/",
        "X-Twice: 1",
        "X-Twice: 2",
        "X_Under: 1",
        "Authorization: Basic eDp5",
      ],
    }),
  ],
  differs: {
    "env SERVER_NAME": ["cgi-variables", "localhost"],
    "env SCRIPT_NAME": ["cgi-variables", "/env.sh"],
    "env PATH_INFO": ["cgi-variables", ""],
    "env PARITY_ONE": ["cgi-passenv", "1"],
    "env HTTP_X_UNDER": ["underscore", undefined],
  },
};

const FAILED = status("cgi-failures", 502);

export const CGI_SETUPS: readonly Setup[] = [
  {
    name: "--cgidir",
    options: ["--cgidir={dir}/cgi", "--passenv=PATH,PARITY_ONE"],
    environment: { PARITY_ONE: "1", PARITY_TWO: "2" },
    files: FILES,
    cases: [
      ENVIRONMENT,
      call("/pwd.sh"),
      call("/pwd.sh?a+b"),
      call("/sub/x.sh"),
      call("/sub"),
      call("/"),
      call("/missing.sh"),
      call("/body.sh", {}, { method: "POST", body: "a=1", fields: ["Content-Type: text/x-mine"] }),
      call("/body.sh", {}, { method: "PUT", body: "a" }),
      call("/body.sh", {}, { method: "DELETE" }),
      call("/body.sh", {}, { method: "HEAD" }),
      call("/body.sh", status("cgi-chunked", 200), {
        method: "POST",
        fields: ["Transfer-Encoding: chunked", "Content-Type: x/y\r\n\r\n1\r\na\r\n0"],
      }),
      call("/status.sh"),
      call("/no-content.sh"),
      call("/location.sh"),
      call("/local.sh"),
      call("/cookies.sh"),
      call("/length.sh"),
      call("/late.sh"),
      call("/no-type.sh", FAILED),
      call("/no-head.sh", FAILED),
      call("/fails.sh", FAILED),
      call("/nph.sh", status("cgi-strict", 502)),
      call("/no-field.sh", status("cgi-strict", 502)),
      call("/plain.sh", status("cannot-start", 404)),
      call("/.hidden.sh", status("dotfiles", 404)),
      call("/outside.sh", status("links-out", 404)),
      call("/pwd.sh/extra", status("cgi-path-info", 200)),
      call("/sub%2fx.sh", status("encoded-slash", 404)),
      call("//pwd.sh", status("no-path-redirects", 404)),
    ],
  },
  {
    name: "--cgidir inside of --staticdir",
    options: ["--staticdir={dir}/public", "--cgidir={dir}/public/cgi-bin"],
    files: { "public/cgi-bin/h.sh": `${HEAD}echo run`, "public/a.txt": "a" },
    cases: [
      call("/h.sh"),
      call("/a.txt"),
      call("/missing"),
      call("/cgi-bin/h.sh", status("cgi-source", 404)),
    ],
  },
];
