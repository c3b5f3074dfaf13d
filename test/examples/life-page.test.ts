// The example life in Chromium: what a person does, judged by the canvas' pixels.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ChromiumPage } from "../support/chromium.ts";
import { missing } from "../support/missing-peer.ts";
import {
  amiss,
  DESKTOP,
  openPage,
  PHONE,
  picture,
  pixel,
  RUNNER,
  startExample,
} from "../support/running-example.ts";
import { TEST_TIMEOUT_MS, TestServer } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const ALIVE = { light: "#1f5fbf", dark: "#7cabf0" } as const;
const hasAll = Bun.which("chromium") !== null && Bun.which("python3") !== null;

describe.skipIf(missing("chromium or python3", hasAll))("the page of life", () => {
  let server: TestServer;
  let page: ChromiumPage;
  let columns = 64;
  let rows = 40;

  beforeAll(async () => {
    server = await startExample("life");
    page = await ChromiumPage.open();
    await page.view(...DESKTOP, "light");
    await openPage(page, server, "life");
  });
  afterAll(async () => {
    await page[Symbol.asyncDispose]();
    await server.stop();
  });

  const painted = (status: string) =>
    page.until(
      `${status}, drawn`,
      `document.querySelector("canvas").dataset.painted === ${JSON.stringify(status)}`,
    );
  const choose = (id: string, value: string) =>
    page.evaluate(
      `{ const menu = document.querySelector("#${id}"); menu.value = "${value}"; menu.dispatchEvent(new Event("change")); }`,
    );
  const textOf = (selector: string) =>
    page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);

  /** The middle of a cell, in pixels of the canvas. */
  async function middle(x: number, y: number): Promise<readonly [number, number]> {
    const size = (await page.evaluate(
      `[document.querySelector("canvas").clientWidth, document.querySelector("canvas").clientHeight]`,
    )) as [number, number];
    return [((x + 0.5) * size[0]) / columns, ((y + 0.5) * size[1]) / rows];
  }

  /** The cells whose middle has the colour of what is alive, by rows. */
  async function alive(color: string): Promise<string[]> {
    return (await page.evaluate(`(() => {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const found = [];
      for (let y = 0; y < ${rows}; y++) {
        for (let x = 0; x < ${columns}; x++) {
          const px = Math.floor(((x + 0.5) * canvas.width) / ${columns});
          const py = Math.floor(((y + 0.5) * canvas.height) / ${rows});
          const at = 4 * (py * canvas.width + px);
          const color = "#" + [...data.slice(at, at + 3)].map((n) => n.toString(16).padStart(2, "0")).join("");
          if (color === "${color}") found.push(x + "," + y);
        }
      }
      return found;
    })()`)) as string[];
  }

  /** Presses the mouse on the first cell, moves over the others, and lets go. */
  async function drag(...cells: readonly (readonly [number, number])[]): Promise<void> {
    const box = (await page.evaluate(
      `{ const { left, top } = document.querySelector("canvas").getBoundingClientRect(); [left, top]; }`,
    )) as [number, number];
    const send = async (type: string, cell: readonly [number, number]) => {
      const [x, y] = await middle(...cell);
      const at = { x: box[0] + x, y: box[1] + y, button: "left", clickCount: 1 };
      await page.send("Input.dispatchMouseEvent", { type, ...at, buttons: 1 });
    };
    await send("mousePressed", cells[0]!);
    for (const cell of cells.slice(1)) await send("mouseMoved", cell);
    await send("mouseReleased", cells.at(-1)!);
  }

  test("four steps move a glider by one cell, diagonally", async () => {
    await choose("pattern", "glider");
    await painted("generation 0, 5 cells alive");
    const before = await alive(ALIVE.light);
    expect(before).toEqual(["31,18", "32,19", "30,20", "31,20", "32,20"].toSorted(byRows));
    for (const generation of [1, 2, 3, 4]) {
      await page.click("#step");
      await painted(`generation ${generation}, 5 cells alive`);
      if (generation < 4) expect(await alive(ALIVE.light)).not.toEqual(before);
    }
    const moved = before.map((cell) => {
      const [x, y] = cell.split(",").map(Number);
      return `${x! + 1},${y! + 1}`;
    });
    expect(await alive(ALIVE.light)).toEqual(moved);
  });

  test("a click turns a cell on and off, a drag draws", async () => {
    await page.click("#clear");
    await painted("generation 0, 0 cells alive");
    await drag([3, 2]);
    await painted("generation 0, 1 cell alive");
    expect(await alive(ALIVE.light)).toEqual(["3,2"]);
    await drag([3, 2]);
    await painted("generation 0, 0 cells alive");
    await drag([10, 10], [12, 10]); // the pointer skips one
    await painted("generation 0, 3 cells alive");
    await page.click("#step");
    await painted("generation 1, 3 cells alive");
    expect(await alive(ALIVE.light)).toEqual(["11,9", "11,10", "11,11"]);
  });

  test("by keyboard alone", async () => {
    await page.click("#clear");
    await painted("generation 0, 0 cells alive");
    await page.evaluate(`document.querySelector("canvas").focus({ focusVisible: true })`);
    // The cursor is where the last drag ended.
    for (const key of ["ArrowDown", " ", "ArrowDown", " ", "ArrowDown", " "]) await page.press(key);
    await painted("generation 0, 3 cells alive");
    expect(await alive(ALIVE.light)).toEqual(["12,11", "12,12", "12,13"]);
    expect(await page.evaluate(`document.querySelector("#cursor").hidden`)).toBe(false);
    await page.press("s");
    await painted("generation 1, 3 cells alive");
    expect(await alive(ALIVE.light)).toEqual(["11,12", "12,12", "13,12"]);
  });

  test("the gun runs, and stops", async () => {
    await choose("pattern", "gun");
    await painted("generation 0, 36 cells alive");
    expect(await page.evaluate(`document.querySelector("#wrap").checked`)).toBe(false);
    await choose("speed", "40");
    await page.click("#run");
    expect(await textOf("#run")).toBe("Stop");
    await page.until(
      "many generations",
      `parseInt(document.querySelector("#status").textContent.slice(11)) >= 30`,
    );
    await page.click("#run");
    expect(await textOf("#run")).toBe("Run");
    // A step under way still comes; the answer to this one is behind it.
    await page.click("#step");
    await page.click("#clear");
    await painted("generation 0, 0 cells alive");
  });

  test("how it looks, in light and in dark", async () => {
    await page.evaluate(`document.activeElement.blur()`);
    await choose("pattern", "gun");
    for (let i = 0; i < 75; i++) await page.click("#step");
    await page.until(
      "generation 75",
      `document.querySelector("canvas").dataset.painted.startsWith("generation 75,")`,
    );
    for (const scheme of ["light", "dark"] as const) {
      await page.view(...DESKTOP, scheme);
      const [x, y] = await middle(14, 19);
      await page.until(
        "the scheme's tone",
        `matchMedia("(prefers-color-scheme: ${scheme})").matches`,
      );
      await page.until(
        "a new frame",
        "new Promise((ready) => requestAnimationFrame(() => requestAnimationFrame(() => ready(true))))",
      );
      expect(await pixel(page, x, y)).toBe(ALIVE[scheme]);
      await picture(page, `life-desktop-${scheme}`);
    }
    await page.view(...DESKTOP, "light");
  });

  test("at the width of a phone the board is another, and drawn on by touch", async () => {
    await page.view(...PHONE, "dark");
    [columns, rows] = [40, 48];
    await openPage(page, server, "life");
    await painted("generation 0, 0 cells alive");
    const [x, y] = await middle(5, 6);
    const box = (await page.evaluate(
      `{ const { left, top } = document.querySelector("canvas").getBoundingClientRect(); [left, top]; }`,
    )) as [number, number];
    const touchPoints = [{ x: box[0] + x, y: box[1] + y }];
    await page.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await page.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await painted("generation 0, 1 cell alive");
    expect(await alive(ALIVE.dark)).toEqual(["5,6"]);
    await choose("pattern", "gun");
    await painted("generation 0, 36 cells alive");
    await picture(page, "life-phone-dark");
    await page.view(...PHONE, "light");
    await picture(page, "life-phone-light");
  });

  test("a program that was killed is told, and a new one gets the board", async () => {
    const before = await alive(ALIVE.light);
    process.kill(server.services.at(-1)!, "SIGKILL");
    const state = `document.querySelector("#state").dataset.state`;
    await page.until("the end", `${state} === "ended"`);
    expect(await textOf("#state span")).toBe("the program was ended by signal 9");
    expect(await page.evaluate(`document.querySelector("fieldset").disabled`)).toBe(true);
    await page.click("#state button");
    await page.until("a connection", `${state} === "open"`);
    await painted("generation 0, 36 cells alive");
    expect(await alive(ALIVE.light)).toEqual(before);
  });

  test("a server that is gone is told, and found again when it is back", async () => {
    const { port } = server;
    const state = `document.querySelector("#state").dataset.state`;
    await server.stop();
    await page.until("the loss", `${state} === "lost"`);
    expect(await textOf("#state span")).toBe("lost, trying again");
    await picture(page, "life-lost-phone-light");
    server = new TestServer(["life", `--port=${port}`], { program: RUNNER });
    await server.logged(/^websockd listens on/);
    await page.until("a connection", `${state} === "open"`);
    await painted("generation 0, 36 cells alive");
  });

  test("it asked for nothing but its own files, and nothing was amiss", () => {
    expect(amiss(page)).toEqual([]);
  });
});

/** As `alive` finds them. */
function byRows(a: string, b: string): number {
  const [ax, ay, bx, by] = [...a.split(","), ...b.split(",")].map(Number);
  return ay! - by! || ax! - bx!;
}
