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
  "9112 3.2 Host IPv6 without brackets": "3.2: an invalid value MUST be answered 400",
  "9112 3.2 Host a second one": "3.2: more than one MUST be answered 400",
  "9112 3.2 Host a second one, another": "the same",
  "9112 3.2 Host a list": "3.2: invalid",
  "9112 3.2 Host a path": "3.2: invalid",
  "9112 3.2 Host a user": "3.2: invalid",
  "9112 3.2 Host a blank inside": "3.2: invalid",
  "9112 3.2 Host a port that is no number": "3.2: invalid",
  "9112 3.2 Host a byte above 7f": "3.2: invalid",
  "9112 6 Transfer-Encoding, unknown": "6.3: chunked must be last",
  "6585 5 101 fields": "431: our bound",
  "6585 5 2,000 fields": "the same",
  "6585 5 a target of 9 KiB": "414: our bound",
};

const node = Bun.which("node");
if (node === null && process.env["CI"] === "true") throw new Error("CI has no node");
if (node === null) console.log("skipped: the comparison with llhttp needs node");

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
    expect(new Set(CORPUS.map(({ name }) => name)).size).toBe(CORPUS.length);
  });

  test("who takes and who refuses a head differs only where it is written down", async () => {
    const there = await askNode();
    expect(there.length).toBe(CORPUS.length);
    const differences = { REFUSED_HERE: [] as string[], TAKEN_HERE: [] as string[] };
    for (const [i, { name, head }] of CORPUS.entries()) {
      const here = askHere(head);
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
