// Cases: files, with --staticdir (PARITY 1.1).

import { ask, type ParityCase, type RequestParts, type Setup, upgrade } from "./case.ts";
import { type Differences, status } from "./rows.ts";

/** Not: nosniff and ETag, which websockd adds. */
const OBSERVED = [
  "status",
  "header content-type",
  "header content-range",
  "header last-modified",
  "header accept-ranges",
  "header location",
  "body",
];

function get(target: string, differs: Differences = {}, parts: RequestParts = {}): ParityCase {
  const name = [parts.method ?? "GET", target, ...(parts.fields ?? [])].join(" ");
  return { name, observe: OBSERVED, steps: [ask({ target, ...parts })], differs };
}

function refused(target: string, differs: Differences = {}, parts: RequestParts = {}): ParityCase {
  return { ...get(target, differs, parts), observe: ["status", "header content-range"] };
}

function file(fields: readonly string[], differs: Differences = {}): ParityCase {
  return get("/a.txt", differs, { fields });
}

/** Accept-Ranges on a 304 is left to each. */
function notModified(field: string): ParityCase {
  return { ...file([field]), observe: ["status", "header last-modified", "body"] };
}

const FILES: Setup["files"] = {
  "public/index.html": "<p>top",
  "public/a.txt": "0123456789",
  "public/empty.txt": "",
  "public/sub/index.html": "<p>sub",
  "public/list/x.txt": "x",
  "public/script.js": "1",
  "public/style.css": "a{}",
  "public/picture.svg": "<svg/>",
  "public/picture.png": "no picture",
  "public/data.json": "{}",
  "public/module.wasm": "\0asm",
  "public/no-name": "plain",
  "public/x.no-such-name": "plain",
  "public/u%.txt": "percent",
  "public/with space.txt": "space",
  "public/.secret": "secret",
  "public/inside.txt": { link: "a.txt" },
  "public/outside.txt": { link: "../outside.txt" },
  "public/dangling.txt": { link: "nowhere" },
  "outside.txt": "outside",
};

const NAMES: readonly ParityCase[] = [
  get("/"),
  get("/a.txt"),
  get("/a.txt?x=1"),
  get("/index.html"),
  get("/empty.txt"),
  get("/sub"),
  get("/sub?x=1"),
  get("/sub/"),
  get("/script.js"),
  get("/style.css"),
  get("/picture.svg"),
  get("/picture.png"),
  get("/data.json"),
  get("/module.wasm"),
  get("/u%25.txt"),
  get("/with%20space.txt"),
  get("/inside.txt"),
  get("/no-name", { "header content-type": ["no-sniffing", "application/octet-stream"] }),
  get("/x.no-such-name", { "header content-type": ["no-sniffing", "application/octet-stream"] }),
  refused("/missing"),
  refused("/dangling.txt"),
  refused("/sub%2fx"),
  refused("/a.txt/", status("slash-after-file", 404)),
  refused("/list/", status("no-listing", 404)),
  refused("/.secret", status("dotfiles", 404)),
  refused("/outside.txt", status("links-out", 404)),
  refused("//a.txt", status("no-path-redirects", 404)),
  refused("/sub/../a.txt", status("no-path-redirects", 404)),
  refused("/../outside.txt", status("no-path-redirects", 404)),
  refused("/%2e%2e/outside.txt", status("no-path-redirects", 404)),
  refused("/a.txt%00", status("undecodable-path", 404)),
  refused("/a%zz", status("undecodable-path", 404)),
  refused("/sub%2findex.html", status("encoded-slash", 404)),
];

/** Every file's is Sun, 06 Nov 1994 08:49:37 GMT. */
const SAME_TIME = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";

const CONDITIONS: readonly ParityCase[] = [
  get("/a.txt", {}, { method: "HEAD" }),
  refused("/missing", {}, { method: "HEAD" }),
  refused("/a.txt", status("static-methods", 405), { method: "POST", body: "x" }),
  refused("/a.txt", status("static-methods", 405), { method: "DELETE" }),
  file(["Range: bytes=2-4"]),
  file(["Range: bytes=-3"]),
  file(["Range: bytes=7-"]),
  file(["Range: bytes=7-100"]),
  refused("/a.txt", {}, { fields: ["Range: bytes=20-"] }),
  refused("/empty.txt", {}, { fields: ["Range: bytes=0-1"] }),
  file(["Range: bytes=0-1,4-5"], status("one-range", 200)),
  file(["Range: lines=1-2"], status("strange-ranges", 200)),
  file(["Range: bytes=5-2"], status("strange-ranges", 200)),
  notModified(`If-Modified-Since: ${SAME_TIME}`),
  file([`If-Modified-Since: ${BEFORE}`]),
  file(["If-Modified-Since: nonsense"]),
  refused("/a.txt", {}, { fields: [`If-Unmodified-Since: ${BEFORE}`] }),
  file([`If-Unmodified-Since: ${SAME_TIME}`]),
  file(["Range: bytes=0-1", `If-Range: ${SAME_TIME}`]),
  file(["Range: bytes=0-1", `If-Range: ${BEFORE}`]),
  notModified("If-None-Match: *"),
  file(["If-Match: *"]),
];

export const STATIC_SETUPS: readonly Setup[] = [
  {
    name: "--staticdir",
    options: ["--staticdir={dir}/public"],
    command: ["cat"],
    files: FILES,
    cases: [
      ...NAMES,
      ...CONDITIONS,
      { name: "a WebSocket at a file's path", steps: [upgrade({ target: "/a.txt" })] },
    ],
  },
  {
    name: "--staticdir alone",
    options: ["--staticdir={dir}"],
    files: { "a.txt": "a" },
    cases: [
      get("/a.txt"),
      {
        name: "a request for a WebSocket",
        observe: OBSERVED,
        steps: [upgrade({ target: "/a.txt" })],
      },
    ],
  },
];
