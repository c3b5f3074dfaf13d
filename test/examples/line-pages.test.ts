// The examples that speak lines, in Chromium: what a person sends comes to the program, and its answer to the page.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ChromiumPage } from "../support/chromium.ts";
import { missing } from "../support/missing-peer.ts";
import {
  amiss,
  DESKTOP,
  openPage,
  PHONE,
  picture,
  startExample,
} from "../support/running-example.ts";
import { TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

/** What is typed on each page, and what is seen then; behind it what the program does not take. */
const TALKS = {
  counter: [
    ["set 41", /^in 41$/],
    ["dance", /^bad error: commands are/],
  ],
  "chat-with-a-program": [
    ["hint", /^in It is (?:even|odd)\.$/],
    ["<b>50</b>", /^bad error: I know numbers/],
  ],
  tail: [["hello, log", /^in .*ERROR +hello, log .*stream=stderr$/]],
  python: [["Grüße & <i>", /^in python: Grüße & <i>$/]],
  sh: [["a  b\\n", /^in sh: a {2}b\\n$/]],
  awk: [["hello", /^in awk: hello$/]],
  c: [["100 %d", /^in c: 100 %d$/]],
} as const satisfies Record<string, readonly (readonly [string, RegExp])[]>;

const peers = ["chromium", "python3", "awk", "cc"];
const hasAll = peers.every((peer) => Bun.which(peer) !== null);

describe.skipIf(missing(peers.join(" or "), hasAll))("the pages that speak lines", () => {
  let page: ChromiumPage;

  beforeAll(async () => {
    page = await ChromiumPage.open();
  });
  afterAll(async () => page[Symbol.asyncDispose]());

  const rows = async () =>
    (await page.evaluate(
      `[...document.querySelectorAll("#log li")].map((row) => row.className + " " + row.textContent)`,
    )) as string[];
  const seen = (match: RegExp) =>
    page.until(
      `a row like ${match}`,
      `[...document.querySelectorAll("#log li")].some((row) => ${match}.test(row.className + " " + row.textContent))`,
    );

  async function say(line: string): Promise<void> {
    await page.evaluate(`document.querySelector("#input").focus()`);
    await page.type(line);
    await page.press("Enter");
  }

  async function look(name: string): Promise<void> {
    for (const [size, view] of [
      ["phone", PHONE],
      ["desktop", DESKTOP],
    ] as const) {
      for (const scheme of ["light", "dark"] as const) {
        await page.view(view[0], view[1], scheme);
        await picture(page, `${name}-${size}-${scheme}`);
      }
    }
  }

  for (const [name, lines] of Object.entries(TALKS)) {
    test(name, async () => {
      await using server: TestServer = await startExample(name);
      for (const view of [PHONE, DESKTOP]) {
        await page.view(view[0], view[1], "light");
        await openPage(page, server, name);
        for (const [line, answer] of lines) {
          await say(line);
          await seen(answer);
          expect(await rows()).toContain(`out ${line}`);
        }
      }
      expect(await page.evaluate(`document.querySelectorAll("#log b, #log i").length`)).toBe(0);
      await look(name);
    });
  }

  test("the counter counts by itself, stops, and shows the number in large", async () => {
    await using server = await startExample("counter");
    await openPage(page, server, "counter");
    await say("every 20");
    await seen(/^in [3-9]$/);
    await say("stop");
    await say("set 7000");
    await seen(/^in 7000$/);
    expect((await rows()).at(-1)).toBe("in 7000");
    expect(await page.evaluate(`document.querySelector("#number").textContent`)).toBe("7000");
  });

  test("a button says its line; a program that ends is told, and started again", async () => {
    await using server = await startExample("chat-with-a-program");
    await openPage(page, server, "chat-with-a-program");
    const quit = `[...document.querySelectorAll("button")].find((button) => button.textContent === "quit")`;
    await page.evaluate(`${quit}.click()`);
    await seen(/^in It was \d+\. Good-bye!$/);
    const state = `document.querySelector("#state").dataset.state`;
    await page.until("its end", `${state} === "ended"`);
    expect(await page.evaluate(`document.querySelector("#state span").textContent`)).toBe(
      "the program ended",
    );
    await page.click("#state button");
    await page.until("a new one", `${state} === "open"`);
    await page.until(
      "its greeting",
      `[...document.querySelectorAll("#log .in")].filter((row) => row.textContent.startsWith("I have thought")).length === 2`,
    );
  });

  test("the oldest rows go", async () => {
    await using server = await startExample("sh");
    await openPage(page, server, "sh");
    await page.evaluate(`{
      const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "hello");
      for (let i = 0; i < 400; i++) button.click();
    }`);
    await say("the last");
    await seen(/^in sh: the last$/);
    expect((await rows()).length).toBe(500);
  });

  test("they asked for nothing but their own files, and nothing was amiss", () => {
    expect(amiss(page)).toEqual([]);
  });
});
