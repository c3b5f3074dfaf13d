// Real programs in terminals, and the client that docs/terminal.md shows.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { TerminalClient } from "../support/terminal-client.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const noVi = missing("vi", Bun.which("vi") !== null);
const noLess = missing("less", Bun.which("less") !== null);

describe("real programs", () => {
  test.skipIf(noVi)("vi: the alternate screen, typing, a new size, and the file", async () => {
    using directory = new TestDirectory();
    const file = directory.file("text");
    await using server = await startServer(["--pty=60x20", "vi", "-u", "NONE", "-i", "NONE", file]);
    using client = await TerminalClient.open(server);
    await client.shows("\x1b[?1049h");
    client.type("iHello, Wörld\x1b");
    await client.shows("Hello, W");
    client.resize(100, 40);
    await client.shows("\x1b[39;1H~"); // the last line of text
    client.type(":set lines? columns?\r");
    await client.shows(/lines=40[^]*columns=100/);
    client.type(":wq\r");
    expect(await client.closed).toEqual({ code: 1000, reason: "exit 0" });
    expect(client.screen).toContain("\x1b[?1049l");
    expect(readFileSync(file, "utf8")).toBe("Hello, Wörld\n");
  });

  test.skipIf(noLess)("less: a page as long as the window, and q", async () => {
    using directory = new TestDirectory();
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i + 1}.`).join("\n");
    const file = directory.write("text", `${lines}\n`);
    await using server = await startServer(["--pty=80x10", "less", file]);
    using client = await TerminalClient.open(server);
    expect(await client.shows("line 9.")).not.toContain("line 10.");
    client.type("q");
    expect((await client.closed).code).toBe(1000);
  });
});

test("the client that docs/terminal.md shows", async () => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/terminal.md")).text();
  const [, script = ""] = /```js\n([^]*?)```/.exec(page) ?? [];
  const program = 'read line; echo "got $line"; stty size; exit 3';
  await using server = await startServer(["--pty", "sh", "-c", program]);
  const heard: { data?: (text: string) => void; size?: (size: object) => void } = {};
  const ended = Promise.withResolvers<string>();
  let shown = "";
  const terminal = {
    onData: (call: (text: string) => void) => (heard.data = call),
    onResize: (call: (size: object) => void) => (heard.size = call),
    write(what: Uint8Array | string) {
      shown += typeof what === "string" ? what : Buffer.from(what).toString();
      if (typeof what === "string") ended.resolve(shown);
    },
  };
  const url = "ws://localhost:8080/";
  expect(script).toContain(url);
  const run = new Function("terminal", `${script.replace(url, server.url)}; return socket;`);
  const socket = run(terminal) as WebSocket;
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  heard.size!({ cols: 61, rows: 21 });
  heard.data!("wörd\r");
  expect(await ended.promise).toBe("wörd\r\ngot wörd\r\n21 61\r\n\r\n[4003 exit 3]\r\n");
});
