// --console with --pty in Chromium: the end in words, a new session, a phone, viewing alone, and what other browsers do.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { isTerminalMissing, SHELL, TerminalPage } from "../support/terminal-page.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

describe.skipIf(isTerminalMissing)("the Terminal view", () => {
  let server: TestServer;
  let terminal: TerminalPage;
  const directory = new TestDirectory();

  beforeAll(async () => {
    directory.write("file", "hello from vi\n");
    server = await startServer(["--pty", "--console", `--cwd=${directory.path}`, ...SHELL]);
    terminal = await TerminalPage.open();
    await terminal.load(`http://127.0.0.1:${server.port}/`);
    await terminal.shows("$");
  });
  afterAll(async () => {
    await terminal[Symbol.asyncDispose]();
    await server.stop();
    directory[Symbol.dispose]();
  });

  test("the exit is told in words, and a new session is one key away", async () => {
    await terminal.line("exit 3");
    await terminal.state("the program exited with status 3");
    await terminal.shows("[the program exited with status 3 - Enter connects again]");
    expect(await terminal.isHidden("#reconnect")).toBe(false);
    await terminal.picture("ended");
    await terminal.page.press("Enter");
    await terminal.state("connected");
    await terminal.line("kill -9 $$");
    await terminal.state("signal SIGKILL ended the program");
    await terminal.page.click("#reconnect");
    await terminal.state("connected");
    await terminal.shows("$");
    expect(await terminal.isHidden("#reconnect")).toBe(true);
    await terminal.line("echo again; exit");
    await terminal.state("the program has ended");
  });

  test("when the server is gone it says so, and connects to the next", async () => {
    await using first = await startServer(["--pty", "--console", ...SHELL]);
    await terminal.load(`http://127.0.0.1:${first.port}/`);
    await first.stop();
    await terminal.state("the server ended the session");
    await terminal.page.click("#reconnect");
    await terminal.state("the connection is lost, or was refused");
    await using _ = await startServer([`--port=${first.port}`, "--pty", "--console", ...SHELL]);
    await terminal.page.click("#reconnect");
    await terminal.state("connected");
    await terminal.line("echo $((6*7))");
    await terminal.shows("42");
  });

  test("on a phone there is a row of keys", async () => {
    await terminal.page.view(375, 667, "dark");
    await terminal.load(`http://127.0.0.1:${server.port}/`);
    await terminal.shows("$");
    const press = (key: string) => terminal.page.click(`#keys [data-key="${key}"]`);
    await terminal.line("clear; echo keys; cat -v");
    await terminal.shows("keys");
    for (const key of ["Escape", "ArrowUp", "ArrowLeft", "Control", "ArrowRight"]) await press(key);
    await terminal.page.press("Enter");
    await terminal.shows("^[^[[A^[[D^[[1;5C");
    await press("Control");
    await terminal.page.type("c");
    await terminal.shows("$");
    await terminal.page.type("ech");
    await press("Tab");
    await terminal.line("tabbed; vi file");
    await terminal.shows("hello from vi");
    await terminal.picture("vi");
    await terminal.page.view(375, 667, "dark");
    await press("Escape");
    await terminal.line(":q!");
    await terminal.shows("tabbed");
    await terminal.page.view(1000, 640, "light");
  });

  test("for viewing alone it says so, and the server drops what is typed", async () => {
    const program =
      "stty size; while read -r -t 1 x; do echo GOT; done; trap 'stty size' WINCH; echo ready; sleep 1000 & while kill -0 $!; do wait $!; done";
    await using viewing = await startServer([
      "--pty",
      "--console",
      "--readonly",
      "bash",
      "-c",
      program,
    ]);
    await terminal.load(`http://127.0.0.1:${viewing.port}/`);
    await terminal.page.type("hello");
    await terminal.page.press("Enter");
    await terminal.shows("ready");
    expect((await terminal.rows()).join("\n")).not.toMatch(/hello|GOT/);
    expect(await terminal.isHidden("#readonly")).toBe(false);
    expect(await terminal.isHidden("#paste")).toBe(true);
    await terminal.picture("readonly");
    const keys = `getComputedStyle(document.querySelector("#keys")).display`;
    expect(await terminal.page.evaluate(keys)).toBe("none");
  });

  test("the Messages view is beside it, and speaks with the same program", async () => {
    await terminal.load(`http://127.0.0.1:${server.port}/`);
    const path = await terminal.page.evaluate(`document.querySelector("#messages").href`);
    await terminal.page.load(String(path));
    await terminal.page.click("#connect");
    // Nobody is in front before the shell is.
    await terminal.page.until("a prompt", `document.querySelector("#log .in") !== null`);
    await terminal.page.type('{"type":"signal","name":"KILL"}');
    await terminal.page.press("Enter");
    await terminal.state("closed: signal SIGKILL ended the program");
  });

  test("a browser without WebSocketStream shows the same", async () => {
    const source = "delete globalThis.WebSocketStream";
    await terminal.page.send("Page.addScriptToEvaluateOnNewDocument", { source });
    await terminal.load(`http://127.0.0.1:${server.port}/`);
    await terminal.line("clear; seq 1 100000; echo all");
    await terminal.shows("100000");
    await terminal.shows("all");
    await terminal.line("exit 9");
    await terminal.state("the program exited with status 9");
    await terminal.page.press("Enter");
    await terminal.state("connected");
  });

  test("and there a flood is the end before xterm.js would drop it", async () => {
    const source = `globalThis.WebSocket = class {
      constructor() { globalThis.fake = this; queueMicrotask(() => this.onopen()); }
      send() {}
      close(code) { this.closed = code; }
    }`;
    await terminal.page.send("Page.addScriptToEvaluateOnNewDocument", { source });
    await terminal.load(`http://127.0.0.1:${server.port}/`);
    await terminal.page.evaluate(
      "for (let i = 0; i < 40; i++) fake.onmessage?.({ data: new ArrayBuffer(1 << 20) })",
    );
    await terminal.state("the program wrote faster than this page shows");
    expect(await terminal.page.evaluate("fake.closed")).toBe(1000);
  });

  test("it asked for nothing but itself and its WebSocket, and nothing was amiss", () => {
    expect(terminal.foreignRequests).toEqual([]);
    const refused = /ERR_CONNECTION_REFUSED/;
    expect(terminal.page.complaints.filter((text) => !refused.test(text))).toEqual([]);
  });
});
