// SIGHUP with a configuration file: what is new for those who come, what stays for those who are there, what changes nothing.

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, type CertificatePaths } from "../support/certificates.ts";
import { curl, HAS_CURL } from "../support/curl.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { startWorkers, workerPids, workersGone } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const READ = /the configuration is read/;
const STAYS = /the configuration stays as it was/;

/** As an editor does it: there is never half a file. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** Waits until one more line of that kind has come. */
async function reload(server: TestServer, heard = READ): Promise<string> {
  const before = server.matching(heard).length;
  server.signal("SIGHUP");
  return eventually(`${heard} once more`, () => server.matching(heard)[before] ?? null);
}

function echoing(word: string): string {
  return `command = ["sh", "-c", "while read -r line; do echo ${word} $line; done"]\n`;
}

async function answer(client: RawClient, text: string): Promise<string> {
  client.text(text);
  return client.line();
}

async function answerOfNew(server: TestServer, text: string): Promise<string> {
  using client = await RawClient.open(server);
  return await answer(client, text);
}

async function statusOf(server: TestServer, target: string, fields: readonly string[] = []) {
  using client = await RawClient.connect(server.port);
  const asked = ["Host: localhost", "Connection: close", ...fields];
  client.write(`GET ${target} HTTP/1.1\r\n${asked.join("\r\n")}\r\n\r\n`);
  return Number((await client.head()).split(" ")[1]);
}

test("new sessions have the new program and rules, running ones keep theirs", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", `${echoing("old")}maxframesize = 100\n`);
  await using server = await startServer([`--config=${path}`]);
  using before = await RawClient.open(server);
  expect(await answer(before, "1")).toBe("old 1");
  replace(path, `${echoing("new")}maxframesize = 4\n[[route]]\npath = "/r"\n${echoing("route")}`);
  expect(await reload(server)).toContain("routes=1");
  expect(await answerOfNew(server, "2")).toBe("new 2");
  using routed = await RawClient.open(server, { target: "/r" });
  expect(await answer(routed, "3")).toBe("route 3");
  expect(await answer(before, "longer than four")).toBe("old longer than four");
  using after = await RawClient.open(server);
  after.text("longer than four");
  expect((await after.farewell()).code).toBe(1009);
  before.close(1000);
  expect((await before.farewell()).code).toBe(1000);
});

test("a connection that was there before asks what is served now", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", 'command = ["cat"]\n');
  await using server = await startServer([`--config=${path}`]);
  using client = await RawClient.connect(server.port);
  replace(path, 'command = ["cat"]\nhost = "only.test"\n');
  await reload(server);
  client.write("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n");
  expect(await client.head()).toStartWith("HTTP/1.1 421 ");
});

describe("a bad file changes nothing, and says why", () => {
  const rows: readonly (readonly [text: string | null, why: RegExp])[] = [
    ["command = [", /a\.toml:1:1: /],
    ['command = ["cat"]\nnonsense = 1\n', /a\.toml:2:1: nonsense is no option/],
    ['command = ["no-such-program"]\n', /no-such-program/],
    ['command = ["cat"]\nstaticdir = "/no/such"\n', /--staticdir=\/no\/such: there is no such dir/],
    ['command = ["cat"]\n[[route]]\npath = "/a"\ncommand = ["no-such"]\n', /route \/a: .*no-such/],
    ['command = ["cat"]\nframing = "json"\npty = true\n', /a\.toml:[23]/],
    [null, /cannot be read: ENOENT/],
  ];
  test.each(rows)("%p", async (text, why) => {
    using directory = new TestDirectory();
    const path = directory.write("a.toml", echoing("old"));
    await using server = await startServer([`--config=${path}`]);
    if (text === null) rmSync(path);
    else replace(path, text);
    expect(await reload(server, STAYS)).toMatch(why);
    expect(await answerOfNew(server, "1")).toBe("old 1");
    replace(path, echoing("new"));
    await reload(server);
    expect(await answerOfNew(server, "2")).toBe("new 2");
  });
});

test("what is settled at the start stays, and is named", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", `${echoing("old")}port = 0\naddress = "127.0.0.1"\n`);
  await using server = await startServer([`--config=${path}`], { addresses: [] });
  replace(
    path,
    `${echoing("new")}address = "127.0.0.2"\nmaxforks = 1\npingms = 1000\nworkers = 2\n`,
  );
  await reload(server);
  const told = await server.logged(/counts from the next start on/);
  expect(told).toContain("where to listen");
  expect(told).toContain("--maxforks");
  expect(told).toContain("--pingms");
  expect(told).toContain("--workers");
  expect(told).not.toContain("--buffer-memory");
  using one = await RawClient.open(server);
  using two = await RawClient.open(server);
  expect([await answer(one, "1"), await answer(two, "2")]).toEqual(["new 1", "new 2"]);
});

test("flags and variables count as they did", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", 'env = ["A=1"]\nclose-codes = "plain"\n');
  const environment = { WEBSOCKD_ENV: "A=variable" };
  await using server = await startServer([`--config=${path}`, "sh", "-c", "echo $A"], {
    environment,
  });
  replace(path, 'env = ["A=2"]\ncommand = ["cat"]\n');
  await reload(server);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("variable");
});

test("tokens, files and fields of answers are the new ones", async () => {
  using directory = new TestDirectory();
  directory.write("index.html", "hello");
  const path = directory.write("a.toml", 'command = ["cat"]\n');
  await using server = await startServer([`--config=${path}`]);
  expect(await statusOf(server, "/")).toBe(404);
  replace(path, `command = ["cat"]\nstaticdir = "${directory.path}"\nheader = ["X-New: 1"]\n`);
  await reload(server);
  using client = await RawClient.connect(server.port);
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const head = await client.head();
  expect(head).toStartWith("HTTP/1.1 200 ");
  expect(head).toContain("X-New: 1");
  const tokens = directory.write("tokens", "", 0o600);
  replace(path, `command = ["cat"]\nbearer-file = "${tokens}"\n`);
  await reload(server);
  expect(await statusOf(server, "/")).toBe(401);
});

test.skipIf(!HAS_CURL)("certificates: those of other files, too", async () => {
  using directory = new TestDirectory();
  const fileOf = ({ certificate, key }: CertificatePaths) =>
    `command = ["cat"]\nssl = true\nsslcert = "${certificate}"\nsslkey = "${key}"\n`;
  const [first, second] = ["first", "second"].map((name) =>
    selfSigned(directory, name, ["DNS:a.test"]),
  );
  const path = directory.write("a.toml", fileOf(first!));
  await using server = await startServer([`--config=${path}`]);
  const isTrusted = async ({ certificate }: CertificatePaths) => {
    const at = ["--connect-to", `a.test:443:127.0.0.1:${server.port}`];
    const { exitCode } = await curl(["--cacert", certificate, ...at, "https://a.test/"]);
    return exitCode === 0;
  };
  expect([await isTrusted(first!), await isTrusted(second!)]).toEqual([true, false]);
  replace(path, fileOf(second!));
  await reload(server);
  expect([await isTrusted(first!), await isTrusted(second!)]).toEqual([false, true]);
  replace(path, fileOf({ certificate: first!.certificate, key: second!.key }));
  expect(await reload(server, STAYS)).toContain("is not the key of");
  replace(path, 'command = ["cat"]\n');
  await reload(server);
  await server.logged(/counts from the next start on: .*--ssl/);
  expect([await isTrusted(first!), await isTrusted(second!)]).toEqual([false, true]);
});

test("spares of before leave, those of the new program wait; a gate that is asked goes on", async () => {
  using directory = new TestDirectory();
  const gate = directory.write("gate", `#!/bin/sh\nread -r go < ${directory.file("go")}\n`, 0o755);
  Bun.spawnSync(["mkfifo", directory.file("go")]);
  const spare = 'command = ["sh", "-c", "read -r a; echo $$"]\n';
  const path = directory.write("a.toml", `${spare}prefork = 2\ngate = "${gate}"\n`);
  await using server = await startServer([`--config=${path}`]);
  const living = () =>
    childrenOf(server.pid).flatMap(({ pid, state }) => (state === "Z" ? [] : pid));
  const old = await eventually("two spares", () => (living().length === 2 ? living() : null));
  const opening = RawClient.open(server);
  await eventually("the gate", () => living().length === 3);
  replace(path, `${spare}prefork = 1\n`);
  await reload(server);
  await eventually("other spares", () => !living().some((pid) => old.includes(pid)));
  writeFileSync(directory.file("go"), "go\n");
  using client = await opening;
  expect(old).not.toContain(Number(await answer(client, "which")));
  await eventually("one spare", () => living().length === 1);
});

test("with workers: all of them, those that start later, and none after a bad file", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", echoing("old"));
  await using server = await startWorkers(2, [`--config=${path}`]);
  using before = await RawClient.open(server);
  expect(await answer(before, "1")).toBe("old 1");
  replace(path, echoing("new"));
  await reload(server);
  await eventually("only new ones", async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => answerOfNew(server, `${n}`)));
    return answers.every((text) => text.startsWith("new "));
  });
  expect(await answer(before, "2")).toBe("old 2");
  replace(path, "nonsense");
  await reload(server, STAYS);
  expect(server.matching(STAYS)).toHaveLength(1);
  const [first] = workerPids(server);
  process.kill(first!, "SIGKILL");
  await workersGone([first!]);
  await eventually("another worker", () => workerPids(server)[0] !== first);
  for (let i = 0; i < 6; i++) expect(await answerOfNew(server, `${i}`)).toBe(`new ${i}`);
});

test("a hundred of them, one behind the other and at once, cost no descriptor", async () => {
  using directory = new TestDirectory();
  const path = directory.write(
    "a.toml",
    `${echoing("0")}[[route]]\npath = "/r"\ncommand = ["cat"]\n`,
  );
  await using server = await startServer([`--config=${path}`]);
  await reload(server);
  const before = descriptorsOf(server.pid);
  for (let i = 1; i <= 20; i++) {
    replace(path, echoing(`${i}`));
    for (let n = 0; n < 5; n++) server.signal("SIGHUP");
    await eventually(`the ${i}th`, async () => (await answerOfNew(server, "a")) === `${i} a`);
  }
  await eventually("no descriptor more", () => descriptorsOf(server.pid) <= before);
});
