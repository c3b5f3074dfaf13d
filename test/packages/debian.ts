// The .deb: judged by lintian, installed, run by its unit's words, upgraded and purged in a Debian of its own.

import { appendFileSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sha256 } from "../../scripts/build/checksums.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf } from "../support/server-processes.ts";
import { startServer } from "../support/server.ts";
import { BUILD, ROOT } from "./built.ts";
import { command, PACKAGES_DEADLINE_MS, succeed } from "./commands.ts";
import type { DebianRoot } from "./debian-root.ts";
import { echoes } from "./echoes.ts";
import { built, debian } from "./release.ts";

const CONFIGURATION = "/etc/websockd/websockd.env";
const WANTS = "/etc/systemd/system/multi-user.target.wants/websockd.service";
/** What dpkg and adduser write for themselves whatever is installed. */
const OWN =
  /^\/(?:run\/adduser$|var\/(?:lib\/dpkg|log|cache)|etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-?$)/;

const noPackage = built.lacks("deb-amd64");
const noLintian = missing("lintian", Bun.which("lintian") !== null);
const path = built.file("deb-amd64");

test.skipIf(noPackage || noLintian)(
  "lintian has no error and no warning for the .deb",
  async () => {
    // Words that are spelt wrong in Bun are no warnings, and take longer to find than all else.
    const words = ["--no-cfg", "--allow-root", "--dont-check-part=binaries/spelling", path];
    using directory = new TestDirectory(); // lintian leaves files where it keeps what it works with
    const environment = { TMPDIR: directory.path };
    const { status, said } = await command(["lintian", ...words], { environment });
    expect({ status, said }).toEqual({ status: 0, said: "" });
  },
  PACKAGES_DEADLINE_MS,
);

test.skipIf(noPackage)("the overrides say why", () => {
  const lines = readFileSync(join(ROOT, "deploy/debian/lintian-overrides"), "utf8").split("\n");
  expect(lines[0]).toStartWith("# ");
});

test.skipIf(noPackage)("built again, elsewhere, the .deb has the same bytes", async () => {
  using again = new TestDirectory();
  const words = ["deb-amd64", `--out=${again.path}`];
  await succeed([...BUILD, ...words], { directory: again.path });
  expect(sha256(again.file("websockd_0.1.0_amd64.deb"))).toBe(sha256(path));
});

test.skipIf(built.lacks("deb-arm64"))("the .deb for arm64 has what the other has", async () => {
  const contents = async (name: "deb-amd64" | "deb-arm64") => {
    const list = await succeed(["dpkg-deb", "--contents", built.file(name)]);
    return list.split("\n").map((line) => line.replace(/ \d+ \d{4}-\d\d-\d\d \d\d:\d\d /, " "));
  };
  const field = ["dpkg-deb", "--field", built.file("deb-arm64"), "Architecture"];
  expect((await succeed(field)).trim()).toBe("arm64");
  expect(await contents("deb-arm64")).toEqual(await contents("deb-amd64"));
});

describe.skipIf(noPackage || debian === null)("the .deb, in a Debian of its own", () => {
  let root: DebianRoot;
  let before: Map<string, string>;
  let users: string;
  beforeAll(async () => {
    root = await debian!.copy();
    before = root.listing();
    users = root.read("/etc/passwd") + root.read("/etc/group");
    copyFileSync(path, root.at("/tmp/websockd.deb"));
    await root.succeed(["dpkg", "--install", "/tmp/websockd.deb"]);
  });
  afterAll(() => {
    root?.[Symbol.dispose]();
  });

  test("it brings what it should, and enables nothing", async () => {
    const program = await root.succeed(["websockd", "--version"]);
    expect(program).toBe("websockd 0.1.0\n");
    const page = gunzipSync(readFileSync(root.at("/usr/share/man/man1/websockd.1.gz")));
    expect(page.toString()).toBe(readFileSync(join(ROOT, "docs/websockd.1"), "utf8"));
    expect(root.read("/etc/passwd")).toMatch(/^websockd:.*:\/nonexistent:\/usr\/sbin\/nologin$/m);
    const added = [...root.listing().keys()].filter((name) => !before.has(name));
    expect(added.filter((name) => name.includes(".wants/"))).toEqual([]);
    expect(await root.succeed(["dpkg", "--verify", "websockd"])).toBe("");
  });

  test("its service's words serve a client, as its user", async () => {
    const words = serviceWords(root);
    expect(words).toEqual(["/usr/bin/websockd", "--port=8080", "/usr/bin/cat"]);
    const program = root.entering([words[0]!], { user: "websockd:websockd" });
    await using server = await startServer(words.slice(2), { program });
    await echoes(server);
    // unshare waits for it, and takes no part.
    const [process1] = childrenOf(server.pid);
    const status = readFileSync(`/proc/${process1!.pid}/status`, "utf8");
    expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
    const [, user] = /^websockd:x:(\d+):/m.exec(root.read("/etc/passwd"))!;
    expect(status).toMatch(new RegExp(`^Uid:\t${user}\t`, "m"));
    process.kill(process1!.pid, "SIGTERM");
    expect(await server.exited()).toBe(0);
  });

  test("an upgrade keeps the file as it was edited, and what was enabled", async () => {
    appendFileSync(root.at(CONFIGURATION), "# edited\n");
    await succeed(["systemctl", `--root=${root.path}`, "enable", "websockd.service"]);
    await root.succeed(["dpkg", "--install", "/tmp/websockd.deb"]);
    expect(root.read(CONFIGURATION)).toEndWith("# edited\n");
    expect(root.listing().has(WANTS)).toBe(true);
  });

  test("removed and installed again, it is as it was; purged, nothing is left", async () => {
    await root.succeed(["dpkg", "--remove", "websockd"]);
    await root.succeed(["dpkg", "--install", "/tmp/websockd.deb"]);
    expect(root.read(CONFIGURATION)).toEndWith("# edited\n");
    expect(root.listing().has("/etc/systemd/system/websockd.service")).toBe(false);
    expect(root.listing().has(WANTS)).toBe(true);
    await root.succeed(["dpkg", "--purge", "websockd"]);
    await root.succeed(["rm", "/tmp/websockd.deb"]);
    const rest = (listing: Map<string, string>) =>
      [...listing].filter(([name]) => !OWN.test(name)).map((entry) => entry.join(": "));
    const known = new Set(rest(before));
    expect(rest(root.listing()).filter((line) => !known.has(line))).toEqual([]);
    expect(root.read("/etc/passwd") + root.read("/etc/group")).toBe(users);
  });

  test("a user of that name, who is there already, is taken", async () => {
    await root.succeed(["useradd", "--system", "websockd"]);
    copyFileSync(path, root.at("/tmp/websockd.deb"));
    const said = await root.succeed(["dpkg", "--install", "/tmp/websockd.deb"]);
    expect(said).not.toContain("adduser");
  });
});

/** ExecStart of the installed unit, with the values of the installed file. */
function serviceWords(root: DebianRoot): string[] {
  const unit = root.read("/usr/lib/systemd/system/websockd.service");
  const line = /^ExecStart=(.*)$/m.exec(unit)![1]!;
  const values = new Map(
    [...root.read(CONFIGURATION).matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [
      `$${name}`,
      value!,
    ]),
  );
  return line.split(" ").flatMap((word) => (values.get(word) ?? word).split(" "));
}
