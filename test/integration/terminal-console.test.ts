// --console with --pty in Chromium: a shell, vi, colours, sizes, paste, the end in words, a phone, and viewing alone.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { TerminalPage } from "../support/terminal-page.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const SHELL = ["--env=PS1=$ ", "--env=LC_ALL=C.UTF-8", "--", "bash", "--norc", "--noprofile"];
const hasAll = ["chromium", "bash", "vi", "less"].every((name) => Bun.which(name) !== null);

describe.skipIf(missing("chromium, bash, vi or less", hasAll))("the Terminal view", () => {
  let server: TestServer;
  let terminal: TerminalPage;
  const directory = new TestDirectory();

  beforeAll(async () => {
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

  const { stringify } = JSON;
  /** What a person does with the mouse: selects all that is in a row, and pastes text from elsewhere. */
  const paste = (text: string) =>
    terminal.page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", ${stringify(text)});
      document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }`);
  const isAt = (where: string) =>
    terminal.page.evaluate(`document.querySelector(${stringify(where)}).hidden`);

  test("it connects by itself, has the focus, and what is typed is run", async () => {
    expect(await isAt("#reconnect")).toBe(true);
    await terminal.line("tty >/dev/null && echo at a $TERM");
    await terminal.shows("at a xterm-256color");
  });

  test("colours: of the sixteen, of 256, of 16 million, and the ground", async () => {
    await terminal.line(
      String.raw`clear; printf '\e[31mred\e[0m \e[38;5;208morange\e[0m \e[48;2;1;2;3mground\e[0m \e[1mbold\e[0m\n'`,
    );
    await terminal.shows("red orange ground bold");
    expect(await terminal.styleOf("red", "color")).toBe("rgb(179, 38, 30)");
    expect(await terminal.styleOf("orange", "color")).toBe("rgb(255, 135, 0)");
    expect(await terminal.styleOf("ground", "backgroundColor")).toBe("rgb(1, 2, 3)");
    expect(Number(await terminal.styleOf("bold", "fontWeight"))).toBeGreaterThan(500);
  });

  test("characters of all lengths, out and in, and those of two columns", async () => {
    await terminal.line("clear; echo grüße, мир, 日本, 😀.");
    await terminal.shows("grüße, мир, 日本, 😀.");
  });

  test("vi has the screen to itself; what is written in it is saved", async () => {
    await terminal.line("clear; echo before; vi file");
    await terminal.shows("~");
    await terminal.page.type("ihello from vi");
    await terminal.page.press("Escape");
    await terminal.shows("hello from vi");
    expect((await terminal.rows()).includes("before")).toBe(false);
    await terminal.line(":wq");
    await terminal.shows("before");
    expect(readFileSync(directory.file("file"), "utf8")).toBe("hello from vi\n");
  });

  test("arrows walk through less, which asks for the keys of applications", async () => {
    await terminal.line("clear; seq 1 500 | less");
    await terminal.shows(":");
    await terminal.page.press("ArrowDown");
    await terminal.page.press("ArrowDown");
    await terminal.hasRows(`rows[0] === "3"`);
    await terminal.page.type("q");
    await terminal.shows("$");
  });

  test("Ctrl-C is the program's", async () => {
    await terminal.line("clear; echo waits; sleep 1000");
    await terminal.shows("waits");
    await terminal.page.press("c", { isControl: true });
    await terminal.shows("^C");
    await terminal.line("echo $?");
    await terminal.shows("130");
  });

  test("the window's size is the terminal's", async () => {
    let count = 0;
    const size = async () => {
      const asked = `size${++count}`;
      await terminal.line(`clear; echo ${asked} $(stty size)`);
      await terminal.shows(new RegExp(`^${asked} \\d+ \\d+$`));
      const row = (await terminal.rows()).find((text) => text.startsWith(asked))!;
      return row.split(" ").slice(1).map(Number) as [number, number];
    };
    const [rows, columns] = await size();
    expect((await terminal.rows()).length).toBe(rows);
    await terminal.page.view(700, 400, "light");
    await terminal.hasRows(`rows.length < ${rows}`);
    const smaller = await size();
    expect((await terminal.rows()).length).toBe(smaller[0]);
    expect(smaller[1]).toBeLessThan(columns);
    await terminal.page.view(1000, 640, "light");
    await terminal.hasRows(`rows.length === ${rows}`);
    const [sameRows, sameColumns] = await size();
    expect(sameRows).toBe(rows);
    // xterm.js rounds the width of all columns together.
    expect(Math.abs(sameColumns - columns)).toBeLessThan(2);
  });

  test("what is pasted is typed, however long, and can be told from keys", async () => {
    await terminal.line("clear; echo reads; cat >pasted; wc -c pasted");
    await terminal.shows("reads");
    const text = `${"é".repeat(500)}\n`.repeat(80);
    await paste(text);
    await terminal.page.press("d", { isControl: true });
    await terminal.shows("80080 pasted");
    expect(readFileSync(directory.file("pasted"), "utf8")).toBe(text);
    await terminal.line(String.raw`clear; printf 'bracketed\e[?2004h\n'; cat -v`);
    await terminal.shows("bracketed");
    await paste("a b");
    await terminal.shows(/\^\[\[200~a b\^\[\[201~/);
    await terminal.page.press("c", { isControl: true });
  });

  test("copies what is selected, and pastes it, by its buttons", async () => {
    await terminal.page.send("Browser.grantPermissions", {
      permissions: ["clipboardReadWrite", "clipboardSanitizedWrite"],
    });
    await terminal.line("clear; echo 'echo pa''sted'");
    await terminal.shows("echo pa''sted".replaceAll("'", ""));
    await terminal.page.evaluate("navigator.clipboard.writeText('echo by a button')");
    await terminal.page.click("#paste");
    await terminal.shows("$ echo by a button");
    await terminal.page.press("Enter");
    await terminal.shows("by a button");
    await terminal.page.click("#copy");
    await terminal.page.until(
      "advice",
      `document.querySelector("#copy").textContent === "Select first"`,
    );
  });

  test("a flood is shown to its end, and can be interrupted", async () => {
    await terminal.line("clear; seq 1 1000000; echo all");
    await terminal.shows("1000000");
    await terminal.shows("all");
    await terminal.line("yes");
    await terminal.shows("y");
    await terminal.page.press("c", { isControl: true });
    await terminal.line("clear; echo alive");
    await terminal.shows("alive");
  });

  test("how it looks", async () => {
    await terminal.line(
      "clear; cp /etc/services /etc/hosts . ; mkdir -p src; ls --color=always -l",
    );
    await terminal.shows(/services$/);
    await terminal.picture("shell");
    await terminal.line("rm services hosts; clear");
  });

  test("the exit is told in words, and a new session is one key away", async () => {
    await terminal.line("exit 3");
    await terminal.state("the program exited with status 3");
    await terminal.shows("[the program exited with status 3 - Enter connects again]");
    expect(await isAt("#reconnect")).toBe(false);
    await terminal.picture("ended");
    await terminal.page.press("Enter");
    await terminal.state("connected");
    await terminal.line("kill -9 $$");
    await terminal.state("signal SIGKILL ended the program");
    await terminal.page.click("#reconnect");
    await terminal.state("connected");
    await terminal.shows("$");
    expect(await isAt("#reconnect")).toBe(true);
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
    await terminal.line("clear; cat -v");
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
      "stty size; while read -r -t 1 x; do echo GOT; done; trap 'stty size' WINCH; echo ready; sleep 1000 & wait; wait";
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
    expect(await isAt("#readonly")).toBe(false);
    expect(await isAt("#paste")).toBe(true);
    await terminal.picture("readonly");
    const keys = `getComputedStyle(document.querySelector("#keys")).display`;
    expect(await terminal.page.evaluate(keys)).toBe("none");
  });

  test("it asked for nothing but itself and its WebSocket, and nothing was amiss", () => {
    const own = /^(?:http|ws):\/\/127\.0\.0\.1:|^data:,$|^about:blank$/;
    expect(terminal.page.requests.filter((url) => !own.test(url))).toEqual([]);
    const refused = /ERR_CONNECTION_REFUSED/;
    expect(terminal.page.complaints.filter((text) => !refused.test(text))).toEqual([]);
  });
});
