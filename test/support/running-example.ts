// An example as `bun run example NAME` starts it, and a picture of its page.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ChromiumPage } from "./chromium.ts";
import { TestServer } from "./server.ts";

export const EXAMPLES_DIRECTORY = join(import.meta.dir, "../../examples");
/** How the runner is called, by the Bun that runs the tests. */
export const RUNNER: readonly string[] = [process.execPath, join(EXAMPLES_DIRECTORY, "run.ts")];

/** Where a person can look at them: dist/ is nobody's but the build's. */
const PICTURES =
  process.env["WEBSOCKD_SCREENSHOTS"] ?? join(EXAMPLES_DIRECTORY, "../dist/examples");

/** Starts one on a free port, and returns when it listens. Its `services` are those that its log tells of. */
export async function startExample(...words: readonly string[]): Promise<TestServer> {
  const server = new TestServer([...words, "--port=0"], { program: RUNNER });
  try {
    await server.logged(/^websockd listens on ws:/);
  } catch (error) {
    await server.crash();
    throw error;
  }
  return server;
}

/** Loads its page, and waits until that is connected. */
export async function openPage(page: ChromiumPage, server: TestServer, name: string) {
  await page.load(`http://127.0.0.1:${server.port}/${name}/`);
  await page.until("a connection", `document.querySelector("#state").dataset.state === "open"`);
}

/** The sizes that a page is looked at in: a desktop, and a narrow phone. */
export const DESKTOP = [1280, 800] as const;
export const PHONE = [375, 812] as const;

/** What is seen, as a file; throws where a page is wider than its window. */
export async function picture(page: ChromiumPage, name: string): Promise<void> {
  const width = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (Number(width) > 0) throw new Error(`${name}: the page is ${String(width)} px too wide`);
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot(join(PICTURES, `${name}.png`));
}

/** Of a page's canvas the pixel at a place, in pixels of the page, as `#rrggbb`. */
export async function pixel(page: ChromiumPage, x: number, y: number): Promise<string> {
  return String(
    await page.evaluate(`(() => {
      const canvas = document.querySelector("canvas");
      const ratio = canvas.width / canvas.clientWidth;
      const [r, g, b, a] = canvas.getContext("2d").getImageData(${x} * ratio, ${y} * ratio, 1, 1).data;
      return a === 0 ? "none" : "#" + [r, g, b].map((n) => n.toString(16).padStart(2, "0")).join("");
    })()`),
  );
}

/** What a page asked of others, and what the browser complained of: both should be nothing. */
export function amiss(page: ChromiumPage): string[] {
  const own = /^(?:http|ws):\/\/127\.0\.0\.1:|^data:,$|^about:blank$/;
  // A server is stopped while a page is open, and pixels are read by the tests.
  const expected = /ERR_CONNECTION_REFUSED|getImageData/;
  return [
    ...page.requests.filter((url) => !own.test(url)),
    ...page.complaints.filter((text) => !expected.test(text)),
  ];
}
