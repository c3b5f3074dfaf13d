// docs/tutorial.md: every block in it is used as it stands, in its order, and what it says is seen.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { ChromiumPage } from "../support/chromium.ts";
import { refusal } from "../support/gates.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { DocumentWalk } from "../support/walked-document.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const UNITS = join(import.meta.dir, "../../deploy/systemd");
const NEEDED = ["python3", "openssl", "htpasswd", "chromium", "systemctl", "systemd-analyze"];
const isMissing = NEEDED.map((name) => missing(name, Bun.which(name) !== null)).includes(true);
const TEA = ["buy tea and rice", "tea with Grace on Friday"];

/** The lines that come after one is sent. */
async function asked(client: RawClient, word: string, count: number): Promise<string[]> {
  client.text(word);
  const lines: string[] = [];
  while (lines.length < count) lines.push(await client.line());
  return lines;
}

/** The log has each line of the page's. */
async function isInLog(server: TestServer, lines: string): Promise<void> {
  for (const line of lines.trim().split("\n")) await server.logged(new RegExp(RegExp.escape(line)));
}

async function shellScript(walk: DocumentWalk): Promise<void> {
  await walk.run();
  await walk.save("search.sh");
  expect((await walk.run()).stdout).toBe(`${TEA.join("\n")}\n`);
  await using server = await walk.serve();
  const page = await fetch(`http://localhost:${server.port}/`);
  expect(await page.text()).toContain("<title>websockd console</title>");
  using client = await RawClient.open(server);
  expect(await asked(client, "tea", 2)).toEqual(TEA);
  expect(await asked(client, "-e; $(id)", 1)).toEqual(["(nothing)"]);
}

async function trap(walk: DocumentWalk): Promise<void> {
  const dashed = TEA.map((note) => `- ${note}`);
  await walk.save("dash.sh");
  await walk.run();
  await using waiting = await walk.serve();
  using client = await RawClient.open(waiting);
  client.text("tea");
  // What is saved now must not be what the first one runs.
  await eventually("sed", () => waiting.leftovers().some(({ name }) => name === "sed"));
  await walk.save("dash.sh");
  await using prompt = await walk.serve();
  using other = await RawClient.open(prompt);
  expect(await asked(other, "tea", 2)).toEqual(dashed);
  expect(client.unread).toBe(0);
  client.cut();
  expect([await client.line(), await client.line()]).toEqual(dashed);
}

async function pythonProgram(walk: DocumentWalk): Promise<void> {
  await walk.save("search.py");
  const { stdout, stderr } = await walk.run();
  expect(JSON.parse(stdout)).toEqual({ word: "tea", found: TEA });
  expect(stderr).toBe("somebody asked 1 times\n");
  await using server = await walk.serve();
  using client = await RawClient.open(server, { target: "/?most=1" });
  const [answer] = await asked(client, "TEA", 1);
  expect(JSON.parse(answer!)).toEqual({ word: "TEA", found: TEA.slice(0, 1) });
  client.close(1000);
  await isInLog(server, walk.shown(""));
  using broken = await RawClient.open(server, { target: "/?most=many" });
  expect(await broken.settle()).toMatchObject({ code: 4001, reason: "exit 1" });
  await isInLog(server, walk.shown(""));
}

async function clientLeaves(walk: DocumentWalk): Promise<void> {
  await walk.save("clock.sh");
  await walk.run();
  await using server = await walk.serve();
  using client = await RawClient.open(server);
  expect(await client.line()).toMatch(/\d:\d\d:\d\d/);
  client.close(1000);
  const end = await server.logged(/ DISCONNECT /);
  expect(end).toContain(walk.shown("").trim());
}

async function pageInBrowser(walk: DocumentWalk): Promise<void> {
  await walk.save("page/index.html");
  await using server = await walk.serve();
  await using page = await ChromiumPage.open();
  await page.load(`http://localhost:${server.port}/`);
  await page.until("the input", `document.activeElement.tagName === "INPUT"`);
  await page.type("tea");
  const seen = `[...document.querySelectorAll("li")].map((note) => note.textContent).join()`;
  await page.until("the notes", `${seen} === ${JSON.stringify(TEA.join())}`);
  for (const file of ["search.py", "notes.txt", "../notes.txt"]) {
    expect((await fetch(`http://localhost:${server.port}/${file}`)).status).toBe(404);
  }
  await server.stop();
  const state = `document.querySelector("p").textContent`;
  await page.until("its loss", `${state}.startsWith("Not connected")`);
}

async function limits(walk: DocumentWalk): Promise<void> {
  await using server = await walk.serve();
  const clients: RawClient[] = [];
  while (clients.length < 5) clients.push(await RawClient.open(server));
  expect((await refusal(server)).status).toBe(429);
  const client = clients[0]!;
  expect(await asked(client, "tea", 1)).toHaveLength(1);
  client.text("x".repeat(1025));
  expect((await client.settle()).code).toBe(1009);
  for (const one of clients) one[Symbol.dispose]();
}

async function trusted(walk: DocumentWalk): Promise<string> {
  const { stdout } = await walk.run();
  const password = /^alice's password is (\S+)$/m.exec(stdout)![1]!;
  await using server = await walk.serve();
  await areAsked(server, walk.file("cert.pem"), password);
  return password;
}

/** Nobody comes in without the password; with it the page, and the WebSocket, of which the program knows whose it is. */
async function areAsked(server: TestServer, certificate: string, password: string): Promise<void> {
  const tls = { ca: await Bun.file(certificate).text() };
  const url = `https://localhost:${server.port}/`;
  const headers = { Authorization: `Basic ${btoa(`alice:${password}`)}` };
  expect((await fetch(url, { tls })).status).toBe(401);
  expect(await (await fetch(url, { tls, headers })).text()).toContain("<title>Notes</title>");
  const options = { tls, headers } as unknown as string[];
  const socket = new WebSocket(url.replace("https", "wss"), options);
  const answer = Promise.withResolvers<string>();
  socket.onopen = () => socket.send("grace");
  socket.onmessage = ({ data }) => answer.resolve(String(data));
  socket.onclose = ({ code, reason }) => answer.reject(new Error(`${code} ${reason}`));
  expect(JSON.parse(await answer.promise)).toEqual({ word: "grace", found: [TEA[1]] });
  socket.close();
  await server.logged(/alice asked 1 times/);
}

async function underSystemd(walk: DocumentWalk, password: string): Promise<void> {
  const root = walk.home.file("root");
  const inRoot = [
    [" /srv/", ` ${root}/srv/`],
    [" /etc/", ` ${root}/etc/`],
  ] as const;
  const certificate = walk.file("cert.pem");
  await walk.run(inRoot);
  await walk.save("notes.env");
  await walk.save("notes.conf");
  const words = await Bun.file(walk.file("notes.env")).text();
  const credentials = await Bun.file(walk.file("notes.conf")).text();
  const folder = "/run/credentials/websockd@notes.service";
  const [options, command] = [...words.matchAll(/^(?:OPTIONS|COMMAND)=(.*)$/gm)].map(
    ([, text = ""]) =>
      text
        .replaceAll(/(?<==)\/(?=srv|etc)/g, `${root}/`)
        .replace(/^\/srv/, `${root}/srv`)
        .replaceAll(new RegExp(`${folder}/(\\w+)`, "g"), (_, name: string) => {
          const handed = new RegExp(`^LoadCredential=${name}:(.*)$`, "m").exec(credentials)!;
          return root + handed[1]!;
        }),
  );
  const here = options!.split(" ").filter((word) => !word.startsWith("--port="));
  const { environment } = walk;
  await using server = await startServer([...here, ...command!.split(" ")], { environment });
  await areAsked(server, certificate, password);

  const units = join(root, "etc/systemd/system");
  mkdirSync(join(units, "websockd@notes.service.d"), { recursive: true });
  await Bun.write(join(units, "websockd@notes.service.d/notes.conf"), credentials);
  const unit = await Bun.file(join(UNITS, "websockd@.service")).text();
  await Bun.write(
    join(units, "websockd@.service"),
    unit.replace("=/usr/bin/websockd ", `=${walk.home.file("programs/websockd")} `),
  );
  const verified = Bun.spawnSync(
    ["systemd-analyze", "verify", "--man=no", "./websockd@notes.service"],
    { cwd: units },
  );
  expect(verified.stderr.toString()).toBe("");
  await walk.run([["systemctl enable --now", `systemctl --root=${root} enable`]]);
  const wanted = "multi-user.target.wants/websockd@notes.service";
  expect(existsSync(join(units, "websockd@.service"))).toBe(true);
  expect(Bun.spawnSync(["readlink", join(units, wanted)]).exitCode).toBe(0);
}

test.skipIf(isMissing)("from a shell script to a service", async () => {
  using walk = new DocumentWalk("tutorial.md");
  await shellScript(walk);
  await trap(walk);
  // Python on a busy machine may need more than the 100 ms that it has to end by itself.
  walk.environment["WEBSOCKD_CLOSEMS"] = "20000";
  await pythonProgram(walk);
  delete walk.environment["WEBSOCKD_CLOSEMS"];
  await clientLeaves(walk);
  walk.environment["WEBSOCKD_CLOSEMS"] = "20000";
  await pageInBrowser(walk);
  await limits(walk);
  const password = await trusted(walk);
  await underSystemd(walk, password);
  walk.end();
});
