// The single binary under the name `websocketd`, by a symbolic link: exit statuses, Origin rule and log are websocketd's.

import { symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { compileProgram } from "../../../scripts/build/compile.ts";
import { TestDirectory } from "../../support/server-directory.ts";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { type Step, upgrade } from "./case.ts";
import { converse } from "./conversation.ts";
import { ParityServer, type ParityStart } from "./parity-server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

let built: TestDirectory;
beforeAll(() => {
  built = new TestDirectory();
  compileProgram(built.file("it"));
  for (const name of ["websocketd", "websockd"]) symlinkSync("it", built.file(name));
});
afterAll(() => {
  built[Symbol.dispose]();
});

function start(name: string, words: readonly string[]): ParityStart {
  return {
    program: [built.file(name)],
    words: (port) => words.map((word) => word.replaceAll("{port}", String(port))),
    hasRedirport: false,
    environment: {},
    directory: tmpdir(),
  };
}

test.each<[words: string[], websocketd: number, websockd: number]>([
  [[], 1, 2],
  [["--nonsense", "cat"], 2, 2],
  [["--port={port}", "--dir=/tmp", "cat"], 1, 2],
  [["--port={port}", "no-such-program"], 1, 127],
  [["--port={port}", "--address=192.0.2.1", "cat"], 3, 69],
])("%p", async (words, websocketd, websockd) => {
  const ends = ["websocketd", "websockd"].map((name) => ParityServer.outcome(start(name, words)));
  expect(await Promise.all(ends)).toEqual([
    { result: `exit ${websocketd}` },
    { result: `exit ${websockd}` },
  ]);
});

test.each([
  ["websocketd", 101, "stdout"],
  ["websockd", 403, "stderr"],
])("%s: a page of another host, and the log", async (name, status, stream) => {
  const words = ["--port={port}", "--address=127.0.0.1", "sh", "-c", "echo complaint >&2; cat"];
  await using server = await ParityServer.start(start(name, words));
  const place = { server, folder: built.path, read: undefined };
  const foreign = await converse(place, [upgrade({ fields: ["Origin: http://other.example"] })]);
  expect(foreign["status"]).toBe(status);
  const steps: Step[] = [upgrade(), { logged: "complaint" }];
  expect((await converse(place, steps))["log"]).toBe(stream);
});
