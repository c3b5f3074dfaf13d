// Credentials as those send them who were not written here: curl, Python's websockets, ws, and Chromium with htpasswd's file.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ChromiumPage } from "../support/chromium.ts";
import { basic, secretFile, tokenLine } from "../support/credential-files.ts";
import { curl, HAS_CURL } from "../support/curl.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const PROGRAMS = join(import.meta.dir, "../programs");
const WS = join(import.meta.dir, "../../node_modules/ws");
const PYTHON = "/usr/bin/python3";
const PASSWORD = "open sésame: 1/2";
const TOKEN = "8d2f0c5b";
const FILES = 30;
const noHtpasswd = missing("htpasswd (apache2-utils)", Bun.which("htpasswd") !== null);

describe.skipIf(noHtpasswd)("with a file of htpasswd -B", () => {
  const directory = new TestDirectory();
  let server: TestServer;

  beforeAll(async () => {
    const line = (...user: string[]) => {
      const { stdout } = Bun.spawnSync(["htpasswd", "-nbB", "-C", "8", ...user]);
      return stdout.toString();
    };
    const users = [line("alice", PASSWORD), line("bob", "letmein")];
    mkdirSync(directory.file("www"));
    const names = Array.from({ length: FILES }, (_, i) => `${i}.js`);
    for (const name of names) directory.write(`www/${name}`, "loaded++;");
    const scripts = names.map((name) => `<script src="/${name}"></script>`);
    directory.write("www/index.html", `<script>var loaded = 0</script>${scripts.join("")}`);
    server = await startServer([
      `--basic-auth-file=${secretFile(directory, "passwords", ...users)}`,
      `--bearer-file=${secretFile(directory, "tokens", tokenLine("ci", TOKEN))}`,
      `--staticdir=${directory.file("www")}`,
      "--origin=*",
      "--subprotocol=chat",
      "sh",
      "-c",
      'echo "$REMOTE_USER by $AUTH_TYPE"; exec cat',
    ]);
  });
  afterAll(async () => {
    await server.stop();
    for (const line of server.lines) {
      expect(line).not.toContain(TOKEN);
      expect(line).not.toContain("sésame");
    }
    directory[Symbol.dispose]();
  });

  const at = (path = "/") => `http://127.0.0.1:${server.port}${path}`;

  test.skipIf(!HAS_CURL)(
    "curl: -u, --oauth2-bearer, and what it is told without them",
    async () => {
      const without = await curl([at()]);
      expect(without.status).toBe(401);
      expect((await curl(["-u", `alice:${PASSWORD}`, at()])).body).toContain("<script>");
      expect((await curl(["--anyauth", "-u", `alice:${PASSWORD}`, at()])).body).toContain(
        "<script>",
      );
      expect((await curl(["--oauth2-bearer", TOKEN, at()])).status).toBe(200);
      expect((await curl(["-u", "alice:wrong", at()])).status).toBe(401);
      expect((await curl(["--oauth2-bearer", "wrong", at()])).status).toBe(401);
      expect((await curl(["-u", `alice:${PASSWORD}`, at("/none")])).status).toBe(404);
    },
  );

  /** Runs a client to its end and reads the line of JSON that it prints. */
  async function run(...words: string[]): Promise<unknown> {
    const child = Bun.spawn(words, { stdout: "pipe", stderr: "inherit" });
    return JSON.parse(await child.stdout.text());
  }

  const hasWebsockets =
    existsSync(PYTHON) && Bun.spawnSync([PYTHON, "-c", "import websockets"]).success;
  test.skipIf(missing("python3-websockets", hasWebsockets))("Python's websockets", async () => {
    const client = join(PROGRAMS, "credentials_client.py");
    const ask = (authorization: string, url = server.url) =>
      run(PYTHON, client, url, authorization);
    expect(await ask(`Bearer ${TOKEN}`)).toEqual({ said: "ci by Bearer" });
    expect(await ask("-")).toEqual({ status: 401 });
    expect(await ask(basic("alice", PASSWORD))).toEqual({ said: "alice by Basic" });
    // What stands in the URL it sends as it is, escapes and all.
    const url = server.url.replace("ws://", "ws://bob:letmein@");
    expect(await ask("-", url)).toEqual({ said: "bob by Basic" });
    expect(await ask(basic("alice", "wrong"))).toEqual({ status: 401 });
  });

  const node = Bun.which("node");
  test.skipIf(missing("node", node !== null))("ws", async () => {
    const client = join(PROGRAMS, "credentials-client.mjs");
    const ask = (options: object, protocols: readonly string[]) =>
      run(node!, client, server.url, WS, JSON.stringify(options), JSON.stringify(protocols));
    expect(await ask({ auth: `alice:${PASSWORD}` }, [])).toMatchObject({ said: "alice by Basic" });
    expect(await ask({ headers: { Authorization: `Bearer ${TOKEN}` } }, [])).toMatchObject({
      said: "ci by Bearer",
    });
    expect(await ask({}, ["chat", `bearer.${TOKEN}`])).toEqual({
      said: "ci by Bearer",
      protocol: "chat",
    });
    expect(await ask({}, ["chat"])).toEqual({ status: 401 });
    expect(await ask({}, ["chat", "bearer.wrong"])).toEqual({ status: 401 });
  });

  /** What the program says first, or the code of the close. */
  function webSocket(url: string, protocols: readonly string[]): string {
    const words = `${JSON.stringify(url)}, ${JSON.stringify(protocols)}`;
    return `new Promise((resolve) => {
      const socket = new WebSocket(${words});
      socket.onmessage = ({ data }) => resolve(data);
      socket.onclose = ({ code }) => resolve(code);
    })`;
  }

  describe.skipIf(missing("chromium", Bun.which("chromium") !== null))("Chromium", () => {
    test("a page with its files, and its WebSocket, by the password that the page came by", async () => {
      await using page = await ChromiumPage.open();
      const user = `alice:${encodeURIComponent(PASSWORD)}@`;
      await page.load(at().replace("://", `://${user}`));
      expect(await page.evaluate("loaded")).toBe(FILES);
      expect(await page.evaluate(webSocket(server.url, []))).toBe("alice by Basic");
      expect(await page.evaluate(webSocket(server.url, ["chat", `bearer.${TOKEN}`]))).toBe(
        "ci by Bearer",
      );
    });

    test("Origin matters: the password goes with what a page at another port opens", async () => {
      using other = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: () => new Response("other", { headers: { "Content-Type": "text/html" } }),
      });
      await using page = await ChromiumPage.open();
      await page.load(at().replace("://", "://bob:letmein@"));
      await page.load(other.url.href);
      expect(await page.evaluate(webSocket(server.url, []))).toBe("bob by Basic");
    });

    test("a page of elsewhere: a token is let in, a password in the URL of a WebSocket is not sent", async () => {
      await using page = await ChromiumPage.open();
      const user = `alice:${encodeURIComponent(PASSWORD)}@`;
      expect(await page.evaluate(webSocket(server.url, []))).toBe(1006);
      expect(await page.evaluate(webSocket(server.url.replace("://", `://${user}`), []))).toBe(
        1006,
      );
      expect(await page.evaluate(webSocket(server.url, ["chat", `bearer.${TOKEN}`]))).toBe(
        "ci by Bearer",
      );
      // What browsers want: one of those that were asked for, agreed on.
      expect(await page.evaluate(webSocket(server.url, [`bearer.${TOKEN}`]))).toBe(1006);
    });
  });
});
