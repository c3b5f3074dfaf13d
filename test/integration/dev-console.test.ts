// --devconsole in Chromium: connect, send, receive, binary, close, what survives a reload, and how it looks.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ChromiumPage } from "../support/chromium.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

/** Echoes; `quit` makes it exit with 3. */
const PROGRAM = 'while read -r line; do [ "$line" = quit ] && exit 3; echo "you said: $line"; done';

describe.skipIf(missing("chromium", Bun.which("chromium") !== null))("the console", () => {
  let server: TestServer;
  let page: ChromiumPage;
  /** Where a person can look at them: dist/ is nobody's but the build's. */
  const pictures =
    process.env["WEBSOCKD_SCREENSHOTS"] ?? join(import.meta.dir, "../../dist/console");

  beforeAll(async () => {
    server = await startServer(["--devconsole", "sh", "-c", PROGRAM]);
    page = await ChromiumPage.open();
    mkdirSync(pictures, { recursive: true });
    console.log(`pictures of the console: ${pictures}`);
  });
  afterAll(async () => {
    await page[Symbol.asyncDispose]();
    await server.stop();
  });

  const at = (path: string) => `http://127.0.0.1:${server.port}${path}`;
  const state = (text: string) =>
    page.until(
      text,
      `document.querySelector("#state").textContent.startsWith(${JSON.stringify(text)})`,
    );
  const rows = () =>
    page.evaluate(
      `[...document.querySelectorAll("#log li")].map((row) => row.className + " " + row.querySelector("pre").textContent)`,
    ) as Promise<string[]>;
  const hasRow = (text: string) =>
    page.until(
      text,
      `[...document.querySelectorAll("#log pre")].some((part) => part.textContent.includes(${JSON.stringify(text)}))`,
    );

  async function picture(name: string): Promise<void> {
    for (const scheme of ["light", "dark"] as const) {
      for (const [size, width, height] of [
        ["desktop", 1280, 800],
        ["phone", 390, 844],
      ] as const) {
        await page.view(width, height, scheme);
        expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(
          true,
        );
        await page.screenshot(join(pictures, `${name}-${size}-${scheme}.png`));
      }
    }
    await page.view(1280, 800, "light");
  }

  test("connects by keyboard, sends, receives, and counts", async () => {
    await page.load(at("/some/path?x=1"));
    expect(await page.evaluate(`document.querySelector("#url").value`)).toBe(
      `ws://127.0.0.1:${server.port}/some/path?x=1`,
    );
    await picture("empty");
    await page.press("Enter"); // the focus is on Connect
    await state("connected");
    await page.type("hello");
    await page.press("Enter");
    await hasRow("you said: hello");
    expect(await rows()).toEqual([
      expect.stringMatching(/^note Connected to ws:/),
      "out hello",
      "in you said: hello",
    ]);
    expect(await page.evaluate(`document.querySelector("#counts").textContent`)).toMatch(
      /↓ 1 \(15 B\) +↑ 1 \(5 B\)/,
    );
  });

  test("what looks like HTML is text", async () => {
    await page.type("<img src=x onerror=alert(1)>");
    await page.press("Enter");
    await hasRow("you said: <img src=x onerror=alert(1)>");
    expect(await page.evaluate(`document.querySelectorAll("#log img").length`)).toBe(0);
  });

  test("binary is typed in hex and shown as a dump; bad hex is told", async () => {
    await page.evaluate(
      `{ const type = document.querySelector("#type"); type.value = "binary"; type.onchange(); }`,
    );
    await page.type("68 6g");
    await page.press("Enter");
    expect(await page.evaluate(`document.querySelector("#error").textContent`)).toContain(
      "pairs of digits",
    );
    await page.evaluate(`document.querySelector("#input").value = ""`);
    await page.type("68 69 00 ff");
    await page.press("Enter");
    await hasRow("0000  68 69 00 ff");
    await page.evaluate(
      `{ const type = document.querySelector("#type"); type.value = "text"; type.onchange(); }`,
    );
  });

  test("Up and Down walk through what was sent", async () => {
    await page.press("ArrowUp");
    expect(await page.evaluate(`document.querySelector("#input").value`)).toBe("68 69 00 ff");
    await page.press("ArrowUp");
    await page.press("ArrowUp");
    expect(await page.evaluate(`document.querySelector("#input").value`)).toBe("hello");
    await page.press("ArrowDown");
    await page.press("ArrowDown");
    await page.press("ArrowDown");
    expect(await page.evaluate(`document.querySelector("#input").value`)).toBe("");
    await picture("messages");
  });

  test("an exit is told in words, and a reload keeps what was said and sent", async () => {
    await page.type("quit");
    await page.press("Enter");
    await state("closed: the program exited with status 3");
    await hasRow("4003: the program exited with status 3 (“exit 3”)");
    const before = await rows();
    await picture("closed");
    await page.load(at("/some/path?x=1"));
    expect(await rows()).toEqual(before);
    await page.evaluate(`document.querySelector("#input").focus()`);
    await page.press("ArrowUp");
    expect(await page.evaluate(`document.querySelector("#input").value`)).toBe("quit");
  });

  test("a flood of messages leaves the newest thousand, and the page alive", async () => {
    await using flood = await startServer(["--origin=*", "seq", "1", "20000"]);
    await page.evaluate(`document.querySelector("#url").value = ${JSON.stringify(flood.url)}`);
    await page.click("#connect");
    await hasRow("1000: normal end");
    await page.until(
      "the count",
      `/↓ 20,00[0-9]/.test(document.querySelector("#counts").textContent)`,
    );
    expect(await page.evaluate(`document.querySelectorAll("#log li").length`)).toBe(1000);
    await page.click("#clear");
    expect(await rows()).toEqual([]);
  });

  test("it asked for nothing but itself and its WebSocket, and nothing was amiss", () => {
    const others = page.requests.filter(
      (url) =>
        !/^(?:http|ws):\/\/127\.0\.0\.1:/.test(url) && url !== "data:," && url !== "about:blank",
    );
    expect(others).toEqual([]);
    expect(page.complaints).toEqual([]);
  });
});

test("beside --staticdir it has a path of its own, which no file can have", async () => {
  using directory = new TestDirectory();
  directory.write("index.html", "mine");
  await using server = await startServer(["--devconsole", `--staticdir=${directory.path}`, "cat"]);
  const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
  expect(await (await get("/")).text()).toBe("mine");
  expect(await (await get("/.websockd/console")).text()).toContain(
    "<title>websockd console</title>",
  );
  expect((await get("/none")).status).toBe(404);
});
