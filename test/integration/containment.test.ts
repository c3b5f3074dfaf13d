// --user, --group, --cwd, --umask, --nice, --limit: what programs find, and that what cannot be had is refused.

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { getPriority, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { urlOf, writeScript } from "../support/server-scripts.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const EXIT_CONFIGURATION = 78;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("skipped: who is not root cannot start programs as somebody else");

async function linesOf(options: readonly string[], command: readonly string[]): Promise<string[]> {
  await using server = await startServer([...options, "--", ...command]);
  using client = await RawClient.open(server);
  const { messages } = await client.settle();
  return messages.map((bytes) => Buffer.from(bytes).toString());
}

async function refusal(...words: string[]): Promise<string> {
  const { status, stderr } = await runProgram(["--port=0", ...words, "--", "cat"]);
  expect(status).toBe(EXIT_CONFIGURATION);
  return stderr;
}

/** Users of this machine, for the tests that need one in several groups. */
function userWith(isWanted: (groups: number) => boolean): string | null {
  const names = Bun.spawnSync(["getent", "passwd"]).stdout.toString().split("\n");
  for (const row of names) {
    const [name = "", , uid] = row.split(":");
    if (name === "" || uid === "0") continue;
    const groups = Bun.spawnSync(["id", "-G", name]).stdout.toString().trim().split(" ");
    if (isWanted(groups.length)) return name;
  }
  return null;
}

describe.skipIf(!isRoot)("as another user", () => {
  const who = ["sh", "-c", "id -u; id -g; id -G; grep -E '^(Uid|Gid|CapEff)' /proc/self/status"];

  function expected(uid: number, gid: number, groups: string): string[] {
    const four = (id: number) => [id, id, id, id].join("\t");
    const ids = [`Uid:\t${four(uid)}`, `Gid:\t${four(gid)}`];
    return [`${uid}`, `${gid}`, groups, ...ids, "CapEff:\t0000000000000000"];
  }

  test.concurrent("by numbers that are nobody's", async () => {
    const lines = await linesOf(["--user=54321", "--group=54322"], who);
    expect(lines).toEqual(expected(54321, 54322, "54322"));
  });

  test.concurrent("by name, in that user's group and no other", async () => {
    const name = userWith((groups) => groups === 1)!;
    const [uid, gid] = ["-u", "-g"].map((what) =>
      Number(Bun.spawnSync(["id", what, name]).stdout.toString()),
    );
    expect(await linesOf([`--user=${name}`], who)).toEqual(expected(uid!, gid!, `${gid}`));
  });

  test.concurrent("in all groups of the user, with the limits", async () => {
    const name = userWith((groups) => groups > 1);
    if (name === null) return console.log("skipped: no user here is in two groups");
    const groups = Bun.spawnSync(["id", "-G", name]).stdout.toString().trim().split(" ");
    const script = ["sh", "-c", "id -un; id -G; ulimit -n"];
    const lines = await linesOf([`--user=${name}`, "--limit=nofile=77"], script);
    expect([lines[0], lines[2]]).toEqual([name, "77"]);
    expect(lines[1]!.split(" ").toSorted()).toEqual(groups.toSorted());
  });

  test.concurrent("in another group alone, and in none of ours", async () => {
    const lines = await linesOf(["--group=54322"], ["sh", "-c", "id -u; id -g; id -G"]);
    expect(lines).toEqual(["0", "54322", "54322"]);
  });

  test.concurrent("a program that this user cannot run is refused at the start", async () => {
    using directory = new TestDirectory();
    directory.write("secret", "#!/bin/sh\n", 0o700);
    const words = ["--port=0", "--user=54321", "--group=54322", directory.file("secret")];
    const { status, stderr } = await runProgram(words);
    expect(status).toBe(EXIT_CONFIGURATION);
    expect(stderr).toContain("is not executable for uid 54321, gid 54322");
  });

  test.concurrent("who may not switch is refused at the start", async () => {
    const setpriv = Bun.which("setpriv");
    if (missing("setpriv", setpriv !== null)) return;
    // Capabilities alone make the difference: the same user, who can read this program, without the right.
    const caps = "--bounding-set=-setuid,-setgid";
    const program = [setpriv!, caps, "--inh-caps=-setuid,-setgid", process.execPath];
    const main = join(import.meta.dir, "../../src/main.ts");
    const options = { program: [...program, main] };
    const words = ["--port=0", "--user=54321", "--group=54322", "cat"];
    const { status, stderr } = await runProgram(words, options);
    expect(status).toBe(EXIT_CONFIGURATION);
    expect(stderr).toContain("no permission to become uid 54321, gid 54322");
  });

  test.concurrent("who could start programs as another and not end them is refused", async () => {
    const setpriv = Bun.which("setpriv");
    if (missing("setpriv", setpriv !== null)) return;
    const caps = ["--bounding-set=-kill", "--inh-caps=-kill"];
    const main = join(import.meta.dir, "../../src/main.ts");
    const options = { program: [setpriv!, ...caps, process.execPath, main] };
    const words = ["--port=0", "--user=54321", "--group=54322", "cat"];
    const { status, stderr } = await runProgram(words, options);
    expect(status).toBe(EXIT_CONFIGURATION);
    expect(stderr).toContain("--user=54321: no permission to end this user's programs");
  });

  test.concurrent("niceness goes down", async () => {
    try {
      setPriority(getPriority() - 1);
      setPriority(getPriority() + 1);
    } catch {
      return console.log("skipped: root without CAP_SYS_NICE");
    }
    expect(await linesOf([`--nice=${getPriority() - 1}`], ["nice"])).toEqual([
      `${getPriority() - 1}`,
    ]);
  });
});

test("--cwd, --umask, --nice and --limit hold for COMMAND", async () => {
  using directory = new TestDirectory();
  const niceness = Math.min(19, getPriority() + 4);
  const options = [`--cwd=${directory.file("")}`, "--umask=027", `--nice=${niceness}`];
  const limits = ["--limit=nofile=60:70,core=0", "--limit=as=900M"];
  const script = "pwd -P; umask; nice; ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -v";
  const lines = await linesOf([...options, ...limits], ["sh", "-c", script]);
  const where = realpathSync(directory.file(""));
  expect(lines).toEqual([where, "0027", `${niceness}`, "60", "70", "0", `${900 * 1024}`]);
});

test("a limit that is reached ends the program, and the log says so", async () => {
  await using server = await startServer(["--limit=cpu=1", "sh", "-c", "while :; do :; done"]);
  using client = await RawClient.open(server);
  await client.settle();
  expect(await server.logged(/ DISCONNECT /)).toMatch(/signal=(SIGKILL|SIGXCPU)/);
});

test("they hold for CGI scripts too", async () => {
  using directory = new TestDirectory();
  writeScript(directory, "s", "printf 'Content-Type: text/plain\\n\\n'; umask; ulimit -n; pwd -P");
  const options = ["--umask=0031", "--limit=nofile=50", "--cwd=/", "--cgidir", directory.file("")];
  await using server = await startServer(options);
  const answer = await fetch(urlOf(server, "s"));
  expect(await answer.text()).toBe("0031\n50\n/\n");
});

test("no variable of the Bun that we run on, unless it is asked for", async () => {
  const environment = { BUN_A: "1", BUN_CONFIG_B: "2", BUNDLE: "3" };
  const namesOf = async (passed: string) => {
    await using server = await startServer([`--passenv=${passed}`, "env"], { environment });
    using client = await RawClient.open(server);
    const lines = (await client.settle()).messages.map((bytes) => Buffer.from(bytes).toString());
    return lines.map((line) => line.split("=")[0]!).filter((name) => name.startsWith("BUN"));
  };
  expect(await namesOf("*")).toEqual(["BUNDLE"]);
  expect(await namesOf("B*")).toEqual(["BUNDLE"]);
  expect(await namesOf("PATH,BUN_A")).toEqual(["BUN_A"]);
});

describe("what is not to be had is refused at the start", () => {
  const root = mkdtempSync(join(tmpdir(), "websockd-contain-"));
  afterAll(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "plain"));
  chmodSync(join(root, "plain"), 0o755);

  test.concurrent.each([
    [["--user=no-such-user"], "--user=no-such-user: there is no such user"],
    [["--user=4294967296", "--group=1"], "--user=4294967296: there is no such user"],
    [["--group=no-such-group"], "--group=no-such-group: there is no such group"],
    [["--user=54321"], "--user=54321: this number is no user's (say in which --group=GROUP)"],
    [["--cwd=/no/such"], "--cwd=/no/such: there is no such directory (make it)"],
    [["--cwd=/etc/passwd"], "--cwd=/etc/passwd: this is no directory"],
    [["--limit=nofile=9007199254740991"], "own hard limit is"],
    [["--cgroup=/no/such"], "--cgroup=/no/such: there is no such directory"],
    [["--cgroup=/proc"], "--cgroup=/proc: this is no cgroup directory"],
    [[`--cgroup=${join(root, "plain")}`], "this is no cgroup directory"],
  ])("%p", async (words, text) => {
    expect(await refusal(...words)).toContain(text);
  });

  test.concurrent("all at once, and --check says the same", async () => {
    const words = ["--user=no-such-user", "--cwd=/no/such"];
    const { stderr } = await runProgram(["--port=0", ...words, "cat"]);
    expect(stderr.split("\n").filter((line) => line.includes("there is no such"))).toHaveLength(2);
    const check = await runProgram(["--check", "--port=0", ...words, "cat"]);
    expect(check.status).toBe(EXIT_CONFIGURATION);
    expect(check.stdout).toContain("wrong: --user=no-such-user: there is no such user");
  });

  test.concurrent("a niceness that we may not have", async () => {
    const setpriv = Bun.which("setpriv");
    if (missing("setpriv", setpriv !== null)) return;
    const lowers = isRoot ? [setpriv!, "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"] : [];
    const main = join(import.meta.dir, "../../src/main.ts");
    const program = [...lowers, process.execPath, main];
    const low = await runProgram(["--port=0", "--nice=-20", "cat"], { program });
    expect(low.status).toBe(EXIT_CONFIGURATION);
    expect(low.stderr).toContain("--nice=-20: no permission to go below our own");
  });

  test.concurrent("a tool that is not there", async () => {
    const environment = { PATH: root };
    const words = ["--port=0", "--limit=core=0", "/bin/cat"];
    const { status, stderr } = await runProgram(words, { environment });
    expect(status).toBe(EXIT_CONFIGURATION);
    expect(stderr).toContain("--limit: needs prlimit (install util-linux)");
  });
});
