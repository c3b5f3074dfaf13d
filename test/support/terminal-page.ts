// The console's Terminal view in Chromium: what it shows, how it is typed at, and how it looks.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "bun:test";
import { ChromiumPage } from "./chromium.ts";
import { missing } from "./missing-peer.ts";

const NEEDED = ["chromium", "bash", "vi", "less"];
export const isTerminalMissing = missing(
  NEEDED.join(", "),
  NEEDED.every((name) => Bun.which(name) !== null),
);

/** A shell that says `$ `, whoever's it is. */
export const SHELL = [
  "--env=PS1=$ ",
  "--env=LC_ALL=C.UTF-8",
  "--",
  "bash",
  "--norc",
  "--noprofile",
];

/** Where a person can look at them: dist/ is nobody's but the build's. */
const PICTURES = process.env["WEBSOCKD_SCREENSHOTS"] ?? join(import.meta.dir, "../../dist/console");

/** An expression: the text of each row, without the blanks at its end. */
const ROWS = String.raw`[...document.querySelectorAll(".xterm-rows > div")].map((row) =>
  row.textContent.replaceAll("\u00a0", " ").trimEnd())`;

const SIZES = [
  ["desktop", 900, 440],
  ["phone", 375, 667],
] as const;

export class TerminalPage implements AsyncDisposable {
  readonly page: ChromiumPage;

  private constructor(page: ChromiumPage) {
    this.page = page;
  }

  static async open(): Promise<TerminalPage> {
    mkdirSync(PICTURES, { recursive: true });
    const page = await ChromiumPage.open();
    await page.view(1000, 640, "light");
    return new TerminalPage(page);
  }

  /** Loads it, and waits until it has connected. */
  async load(url: string): Promise<void> {
    await this.page.load(url);
    await this.state("connected");
  }

  /** What it asked for that is not ours. */
  get foreignRequests(): readonly string[] {
    const own = /^(?:http|ws):\/\/127\.0\.0\.1:|^data:,$|^about:blank$/;
    return this.page.requests.filter((url) => !own.test(url));
  }

  async isHidden(selector: string): Promise<boolean> {
    return (await this.page.evaluate(
      `document.querySelector(${JSON.stringify(selector)}).hidden`,
    )) as boolean;
  }

  state(words: string): Promise<void> {
    const text = `document.querySelector("#state").textContent`;
    return this.page.until(words, `${text}.includes(${JSON.stringify(words)})`);
  }

  /** The rows that are seen. */
  async rows(): Promise<string[]> {
    return (await this.page.evaluate(ROWS)) as string[];
  }

  /** Waits until an expression of `rows`, which are seen, is true. */
  async hasRows(expression: string): Promise<void> {
    await this.page
      .until(expression, `{ const rows = ${ROWS}; ${expression}; }`)
      .catch(async (error: Error) => {
        throw new Error(`${error.message}\n${(await this.rows()).join("\n")}`);
      });
  }

  /** Waits until a row is this, or matches it. */
  shows(row: string | RegExp): Promise<void> {
    const isIt = typeof row === "string" ? `text === ${JSON.stringify(row)}` : `${row}.test(text)`;
    return this.hasRows(`rows.some((text) => ${isIt})`);
  }

  /** Types it, and Enter. */
  async line(text: string): Promise<void> {
    await this.page.type(text);
    await this.page.press("Enter");
  }

  /** A property of the style of the cells that show `text` and nothing else. */
  async styleOf(text: string, property: string): Promise<string> {
    const cells = `[...document.querySelectorAll(".xterm-rows span")]`;
    const found = `${cells}.find((cell) => cell.textContent === ${JSON.stringify(text)})`;
    return String(
      await this.page.evaluate(`getComputedStyle(${found})[${JSON.stringify(property)}]`),
    );
  }

  /** In light and dark, on a desktop and a phone; nothing stands out of the window. */
  async picture(name: string): Promise<void> {
    for (const scheme of ["light", "dark"] as const) {
      for (const [size, width, height] of SIZES) {
        await this.page.view(width, height, scheme);
        const fits = "document.documentElement.scrollWidth <= innerWidth";
        expect(await this.page.evaluate(fits)).toBe(true);
        await this.page.evaluate("new Promise((done) => setTimeout(done, 150))");
        await this.page.screenshot(join(PICTURES, `terminal-${name}-${size}-${scheme}.png`));
      }
    }
    await this.page.view(1000, 640, "light");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.page[Symbol.asyncDispose]();
  }
}
