// The example graph in Chromium: what the menu chooses is on the canvas and in the legend.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ChromiumPage } from "../support/chromium.ts";
import { missing } from "../support/missing-peer.ts";
import {
  amiss,
  DESKTOP,
  EXAMPLES_DIRECTORY,
  openPage,
  PHONE,
  picture,
  startExample,
} from "../support/running-example.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

/** Tones of style.css in the light. */
const BLUE = "#1f5fbf";
const ORANGE = "#c25e00";
const CURVES = ["sin", "cos", "damped", "beat", "sinc", "square", "saw", "bell"];

const hasAll = Bun.which("chromium") !== null && Bun.which("awk") !== null;

describe.skipIf(missing("chromium or awk", hasAll))("the page of graph", () => {
  let server: TestServer;
  let page: ChromiumPage;

  beforeAll(async () => {
    server = await startExample("graph");
    page = await ChromiumPage.open();
    await page.view(...DESKTOP, "light");
    await openPage(page, server, "graph");
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
  const legend = () =>
    page.evaluate(`[...document.querySelectorAll("#legend li")].map((row) => row.textContent)`);
  /** Has these curves alone, by the boxes of the menu. */
  const choose = (...names: string[]) =>
    page.evaluate(`{
      for (const box of document.querySelectorAll("#menu input")) {
        if (box.checked !== ${JSON.stringify(names)}.includes(box.value)) box.click();
      }
    }`);

  /** At how many of 99 places from left to right a pixel about the curve's tone is within 3 px of where y belongs. */
  async function onCurve(tone: string, formula: string, right: number): Promise<number> {
    return Number(
      await page.evaluate(`(() => {
        const canvas = document.querySelector("canvas");
        const ratio = canvas.width / canvas.clientWidth;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const inner = { left: 42, right: canvas.clientWidth - 12, top: 12, bottom: canvas.clientHeight - 26 };
        const tone = [1, 3, 5].map((at) => parseInt("${tone}".slice(at, at + 2), 16));
        const isCurve = (px, py) => {
          const at = 4 * (Math.round(py) * canvas.width + Math.round(px));
          return tone.every((value, i) => Math.abs(value - data[at + i]) < 40);
        };
        let found = 0;
        for (let i = 1; i < 100; i++) {
          const x = -${right} + (2 * ${right} * i) / 100;
          const px = ratio * (inner.left + ((inner.right - inner.left) * i) / 100);
          const py = ratio * (inner.top + ((inner.bottom - inner.top) * (1.5 - (${formula}))) / 3);
          for (let off = -3; off <= 3; off++) if (isCurve(px, py + off * ratio)) { found++; break; }
        }
        return found;
      })()`),
    );
  }

  test("a sine, drawn where it belongs", async () => {
    await choose("sin");
    await painted("1 curve, x from -10 to 10");
    expect(await onCurve(BLUE, "Math.sin(x)", 10)).toBeGreaterThan(90);
    expect(await onCurve(ORANGE, "Math.cos(x)", 10)).toBe(0);
    expect(await legend()).toEqual(["sin x"]);
  });

  test("another one joins it, and the first goes", async () => {
    await choose("sin", "cos");
    await painted("2 curves, x from -10 to 10");
    expect(await onCurve(ORANGE, "Math.cos(x)", 10)).toBeGreaterThan(90);
    expect(await legend()).toEqual(["sin x", "cos x"]);
    await choose("cos");
    await painted("1 curve, x from -10 to 10");
    expect(await onCurve(BLUE, "Math.sin(x)", 10)).toBe(0);
    expect(await legend()).toEqual(["cos x"]);
  });

  test("every curve of the menu is known to the program, and every one that it knows is there", async () => {
    const names = await page.evaluate(
      `[...document.querySelectorAll("#menu input")].map(({ value }) => value)`,
    );
    expect(names).toEqual(CURVES);
    await choose(...CURVES);
    await painted("8 curves, x from -10 to 10");
    expect(((await legend()) as string[]).length).toBe(8);
    expect(await page.evaluate(`document.querySelector("#error").textContent`)).toBe("");
    await choose();
    await painted("0 curves, x from -10 to 10");
  });

  test("zoom and moves change the range, within bounds", async () => {
    await choose("sin");
    await page.click("#in");
    await painted("1 curve, x from -5 to 5");
    expect(await onCurve(BLUE, "Math.sin(x)", 5)).toBeGreaterThan(90);
    await page.click("#right");
    await painted("1 curve, x from -2.5 to 7.5");
    for (let i = 0; i < 20; i++) await page.click("#in");
    await painted("1 curve, x from 2.4 to 2.6");
    for (let i = 0; i < 20; i++) await page.click("#out");
    await painted("1 curve, x from -77.5 to 82.5");
    await page.click("#reset");
    await painted("1 curve, x from -10 to 10");
    expect(await page.evaluate(`document.querySelector("#error").textContent`)).toBe("");
  });

  test("by keyboard: Space on a box of the menu", async () => {
    await page.evaluate(`document.querySelector("#menu input[value=sin]").focus()`);
    await page.press("Tab");
    expect(await page.evaluate("document.activeElement.value")).toBe("cos");
    await page.press(" ");
    await painted("2 curves, x from -10 to 10");
  });

  test("how it looks on a desktop and on a phone, in light and in dark", async () => {
    await choose("sin", "cos", "damped");
    await painted("3 curves, x from -10 to 10");
    await page.evaluate(`document.activeElement.blur()`);
    for (const [size, view] of [
      ["desktop", DESKTOP],
      ["phone", PHONE],
    ] as const) {
      for (const scheme of ["dark", "light"] as const) {
        await page.view(view[0], view[1], scheme);
        await page.until(
          "a new frame",
          "new Promise((ready) => requestAnimationFrame(() => requestAnimationFrame(() => ready(true))))",
        );
        await picture(page, `graph-${size}-${scheme}`);
      }
    }
    expect(await onCurve(BLUE, "Math.sin(x)", 10)).toBeGreaterThan(70);
  });

  test("a program that was killed is told, and a new one draws the same", async () => {
    const state = `document.querySelector("#state").dataset.state`;
    process.kill(server.services.at(-1)!, "SIGKILL");
    await page.until("the end", `${state} === "ended"`);
    await page.evaluate(`delete document.querySelector("canvas").dataset.painted`);
    await page.click("#state button");
    await painted("3 curves, x from -10 to 10");
  });

  test("what a program draws wrongly is told, and never run", async () => {
    const wrong = [
      "document.title = 'run'",
      '{"draw":"text","color":"ink","text":"<b>no place</b>"}',
    ];
    for (const line of wrong) {
      const program = ["sh", "-c", 'printf "%s\\n" "$1"; cat >/dev/null', "sh", line];
      await using other = await startServer([`--staticdir=${EXAMPLES_DIRECTORY}`, ...program]);
      await openPage(page, other, "graph");
      await page.until(
        "what is wrong",
        `document.querySelector("#error").textContent.startsWith("The program drew what cannot be drawn: ")`,
      );
      expect(await page.evaluate("document.title")).toBe("Graph · websockd");
      expect(await page.evaluate(`document.querySelector("#error").childElementCount`)).toBe(0);
    }
  });

  test("it asked for nothing but its own files, and nothing was amiss", () => {
    expect(amiss(page)).toEqual([]);
  });
});
