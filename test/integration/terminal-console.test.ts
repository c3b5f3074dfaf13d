// --console with --pty in Chromium: a shell, vi, less, colours, sizes, copies, what is pasted, a flood, and how it looks.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { isTerminalMissing, SHELL, TerminalPage } from "../support/terminal-page.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

/** Something to look at: names in colours, the colours themselves, and characters of one column and of two. */
const SCENE = String.raw`
mkdir -p tools; cd tools; mkdir -p src docs; echo 'all:' >Makefile; echo 'int main;' >src/main.c
printf '#!/bin/sh\necho hi\n' >run.sh; chmod +x run.sh; ln -sf run.sh start; tar cf all.tar Makefile
clear
PS1='\[\e[32m\]ann@example\[\e[0m\]:\[\e[34m\]tools\[\e[0m\] $ '
said() { printf '\e[32mann@example\e[0m:\e[34mtools\e[0m $ %s\n' "$1"; }
said 'ls -l --color'; ls -l --color=always | tail -n +2
said ./colours
for i in 0 1 2 3 4 5 6 7; do printf '\e[4%sm      ' $i; done; printf '\e[0m\n'
for i in 0 1 2 3 4 5 6 7; do printf '\e[10%sm      ' $i; done; printf '\e[0m\n'
for i in {0..47}; do printf '\e[48;2;%s;%s;%sm ' $((255-i*5)) $((60+i*4)) $((i*5)); done; printf '\e[0m\n'
said 'cat languages'; cat ../languages`;
const LANGUAGES = "grüße, мир, γειά, ✓ ♜ ∀x∈ℝ ┌──┬──┐ ▁▂▃▄▅▆▇█\n";

describe.skipIf(isTerminalMissing)("the Terminal view", () => {
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

  test("it connects by itself, has the focus, and what is typed is run", async () => {
    expect(await terminal.isHidden("#reconnect")).toBe(true);
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
    directory.write("scene", SCENE);
    directory.write("languages", LANGUAGES);
    await terminal.line("clear; . ./scene");
    await terminal.shows(/tools \$$/);
    await terminal.picture("shell");
    await terminal.line("cd ..; PS1='$ '; clear");
    await terminal.shows("$");
  });

  test("it asked for nothing but itself and its WebSocket, and nothing was amiss", () => {
    expect(terminal.foreignRequests).toEqual([]);
    expect(terminal.page.complaints).toEqual([]);
  });
});
