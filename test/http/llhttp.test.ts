// The head parser beside Node's own, llhttp: where they differ, the difference stands here with its reason.

import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/config.ts";
import { CORPUS } from "./head-corpus.ts";
import { read } from "./head-reader.ts";

interface Seen {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly (readonly [string, string])[];
}

/** What llhttp takes and we refuse, and why. What we take and it refuses: nothing. */
const REFUSED_HERE: Readonly<Record<string, string>> = {
  "9112 2.2 an empty line first": "SHOULD be ignored for old clients; a WebSocket client is none",
  "9112 2.2 LF first": "the same",
  "9112 2.3 HTTP/0.9": "505: it has no fields, and so no Upgrade",
  "9112 2.3 HTTP/2.0": "505: its requests look otherwise",
  "9112 3 no version": "llhttp takes it for HTTP/0.9",
  "9112 3 two blanks behind the method": "the grammar has one",
  "9112 3 two blanks behind the target": "the grammar has one",
  "9110 9 a method of WebDAV": "501: nothing here answers it",
  "9110 9 M-SEARCH": "501: nothing here answers it",
  "9112 3.2 a fragment": "no request target has one (3.2)",
  "9112 3.2 3.2.2 another host":
    "Origin would be compared with one and the program be told the other",
  "9112 3.2 3.2.2 another port": "the same",
  "9112 3.2 3.2.2 a user": "RFC 9110 4.2.4: an error",
  "9112 3.2 3.2.2 no host": "RFC 9110 4.2.1: invalid",
  "9112 3.2 3.2.2 ftp": "not ours to serve",
  "9112 3.2 3.2.4 GET *": "3.2.4: for OPTIONS alone",
  "9112 3.2 3.2.3 CONNECT without a port": "3.2.3: the port is part of the form",
  "9112 3.2 3.2.3 CONNECT a path": "3.2.3: authority-form alone",
  "9112 3.2 3.2.3 CONNECT absolute-form": "the same",
  "9112 3.2 3.2.4 OPTIONS *?": "no form of a target (3.2)",
  "9112 3.2 3.2.2 ws": "RFC 6455 4.1: an absolute target is http or https",
  "9112 3.2 3.2.2 Host, percent-encoded": "one host in two spellings: compared as written",
  "9112 3.2 Host IPv6 without brackets": "3.2: an invalid value MUST be answered 400",
  "9112 3.2 Host an IP literal that does not end": "the same",
  "9112 3.2 Host an IP literal of nothing": "the same",
  "9112 3.2 Host a second one": "3.2: more than one MUST be answered 400",
  "9112 3.2 Host a second one, another": "the same",
  "9112 3.2 Host a list": "3.2: invalid",
  "9112 3.2 Host a path": "3.2: invalid",
  "9112 3.2 Host a user": "3.2: invalid",
  "9112 3.2 Host a blank inside": "3.2: invalid",
  "9112 3.2 Host a port that is no number": "3.2: invalid",
  "9112 3.2 Host a byte above 7f": "3.2: invalid",
  "9112 6 Content-Length, one less": "more than a number holds exactly, or anyone sends",
  "9112 6 Content-Length, 2 to the 53rd and 1": "the same",
  "9112 6 Content-Length, 40 zeros": "the same, by its digits",
  "9112 6.1 Transfer-Encoding gzip chunked": "no list: RFC 9110 5.6.1 has commas",
  "9112 6.1 Transfer-Encoding a parameter": "7.1: chunked has none",
  "9112 6.1 Transfer-Encoding in quotes": "6.3: chunked must be last, and this is not it",
  "9112 6.1 Transfer-Encoding xchunked": "the same",
  "9112 6.1 Transfer-Encoding unknown": "the same",
  "9112 6.1 Transfer-Encoding in HTTP/1.0": "6.1: faulty framing",
  "6455 4.1 a second key": "RFC 6455 11.3.1: once",
  "6455 4.1 a second version": "RFC 6455 11.3.5: once",
  "6585 5 101 fields": "431: our bound",
  "6585 5 a target of 9 KiB": "414: our bound",
};

/** What we refuse, llhttp 9.3 takes and 9.4 does not: whichever Node there is. */
const REFUSED_SINCE: Readonly<Record<string, string>> = {
  "9112 6.1 Transfer-Encoding empty": "6.3: chunked must be last",
  "6585 5 2,000 fields": "431: our bound, and lately Node's",
};

/** llhttp 6, of Node 18, is lenient by default. */
const LLHTTP_MAJOR = 9;
const MISSING = "the comparison with llhttp needs Node 20 or later";

function findNode(): string | null {
  const path = Bun.which("node");
  if (path === null) return null;
  const { stdout } = Bun.spawnSync([path, "-p", "process.versions.llhttp"]);
  return Number.parseInt(stdout.toString(), 10) >= LLHTTP_MAJOR ? path : null;
}

const node = findNode();
if (node === null && process.env["CI"] === "true") throw new Error(MISSING);
if (node === null) console.log(`skipped: ${MISSING}`);

async function askNode(): Promise<readonly (Seen | null)[]> {
  const child = Bun.spawn([node!, `${import.meta.dir}/../programs/node-heads.mjs`], {
    stdin: new Blob([CORPUS.map(({ head }) => JSON.stringify(head) + "\n").join("")]),
    stderr: "inherit",
  });
  const lines = (await child.stdout.text()).trim().split("\n");
  expect(await child.exited).toBe(0);
  return lines.map((text) => JSON.parse(text));
}

/** Null: refused. */
function askHere(head: string): Seen | null {
  const result = read(head, [], LIMITS);
  if (result === null || "status" in result) return null;
  const { method, target, fields } = result.head;
  return { method, target, fields };
}

describe.skipIf(node === null)("beside llhttp", () => {
  test("the corpus has heads enough, each once", () => {
    expect(CORPUS.length).toBeGreaterThanOrEqual(120);
    const names = new Set(CORPUS.map(({ name }) => name));
    expect(names.size).toBe(CORPUS.length);
    expect(Object.keys(REFUSED_SINCE).filter((name) => !names.has(name))).toEqual([]);
  });

  test("who takes and who refuses a head differs only where it is written down", async () => {
    const there = await askNode();
    expect(there.length).toBe(CORPUS.length);
    const differences = { REFUSED_HERE: [] as string[], TAKEN_HERE: [] as string[] };
    for (const [i, { name, head }] of CORPUS.entries()) {
      const here = askHere(head);
      if (name in REFUSED_SINCE) {
        expect(here, name).toBeNull();
        continue;
      }
      if (here === null && there[i] !== null) differences.REFUSED_HERE.push(name);
      if (here !== null && there[i] === null) differences.TAKEN_HERE.push(name);
      if (here !== null && there[i] !== null) expect(here, name).toEqual(there[i]!);
    }
    expect(differences).toEqual({
      REFUSED_HERE: Object.keys(REFUSED_HERE),
      TAKEN_HERE: [],
    });
  });
});
