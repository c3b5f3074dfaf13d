// Debian's Chromium without a window, driven by its DevTools protocol; gone with its whole process group and its profile.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEADLINE_MS, eventually, within } from "./server-deadline.ts";
import { isGroupAlive } from "./server-processes.ts";

/** How often a page is asked for what it does not tell. */
const LOOK_MS = 20;

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-extensions",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** One tab of a browser of its own. */
export class ChromiumPage implements AsyncDisposable {
  readonly #browser: Bun.Subprocess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #replies = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  /** What the page asked for, and what it complained about. */
  readonly requests: string[] = [];
  readonly complaints: string[] = [];
  #lastId = 0;

  private constructor(browser: Bun.Subprocess, profile: string, socket: WebSocket) {
    this.#browser = browser;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(String(data)) as Reply);
  }

  static async open(): Promise<ChromiumPage> {
    const profile = mkdtempSync(join(tmpdir(), "websockd-chromium-"));
    const browser = Bun.spawn(
      [
        "chromium",
        ...FLAGS,
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "about:blank",
      ],
      {
        stdio: ["ignore", "ignore", "ignore"],
        detached: true,
        env: { ...process.env, TMPDIR: profile, HOME: profile },
      },
    );
    try {
      const port = await portOf(profile);
      const tabs = await fetch(`http://127.0.0.1:${port}/json/list`);
      const list = (await tabs.json()) as { type: string; webSocketDebuggerUrl: string }[];
      const socket = new WebSocket(list.find(({ type }) => type === "page")!.webSocketDebuggerUrl);
      await within("the browser", new Promise((resolve) => (socket.onopen = resolve)));
      const page = new ChromiumPage(browser, profile, socket);
      for (const domain of ["Page", "Runtime", "Network", "Log"])
        await page.send(`${domain}.enable`);
      return page;
    } catch (error) {
      await endBrowser(browser, profile);
      throw error;
    }
  }

  /** Loads a page, and waits until it is whole. */
  async load(url: string): Promise<void> {
    await this.send("Page.navigate", { url });
    await this.until(
      "the page",
      "document.readyState === 'complete' && location.href !== 'about:blank'",
    );
  }

  /** The value of an expression in the page, as JSON has it. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** Waits until an expression is true. */
  async until(what: string, expression: string): Promise<void> {
    const end = performance.now() + DEADLINE_MS;
    while ((await this.evaluate(expression)) !== true) {
      if (performance.now() > end) throw new Error(`Not within ${DEADLINE_MS} ms: ${what}`);
      await Bun.sleep(LOOK_MS);
    }
  }

  async click(selector: string): Promise<void> {
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  /** Types into what has the focus, as a keyboard does. */
  async type(text: string): Promise<void> {
    await this.send("Input.insertText", { text });
  }

  /** A key by its name, such as Enter or ArrowUp; a letter with Ctrl. */
  async press(key: string, { isControl = false } = {}): Promise<void> {
    const text = key === "Enter" ? { text: "\r" } : {};
    const named = { Enter: 13, Escape: 27, ArrowUp: 38, ArrowDown: 40, Tab: 9 }[key];
    const code = named ?? (isControl ? key.toUpperCase().charCodeAt(0) : 0);
    const modifiers = isControl ? 2 : 0;
    const event = { key, code: key, windowsVirtualKeyCode: code, modifiers };
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...event, ...text });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  async view(width: number, height: number, scheme: "light" | "dark"): Promise<void> {
    const mobile = width < 600;
    const metrics = { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile };
    await this.send("Emulation.setDeviceMetricsOverride", metrics);
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { features });
  }

  /** Writes what is seen to a file. */
  async screenshot(path: string): Promise<void> {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    await Bun.write(path, Buffer.from(String(data), "base64"));
  }

  send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const reply = Promise.withResolvers<Record<string, unknown>>();
    this.#replies.set(id, reply);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return within(method, reply.promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await endBrowser(this.#browser, this.#profile);
  }

  #heard({ id, method, params = {}, result = {}, error }: Reply): void {
    if (id !== undefined) {
      const reply = this.#replies.get(id);
      this.#replies.delete(id);
      if (error === undefined) reply?.resolve(result);
      else reply?.reject(new Error(error.message));
    }
    if (method === "Network.requestWillBeSent") {
      this.requests.push((params["request"] as { url: string }).url);
    }
    if (method === "Network.webSocketCreated") this.requests.push(String(params["url"]));
    if (method === "Log.entryAdded") this.complaints.push(JSON.stringify(params["entry"]));
    if (method === "Runtime.exceptionThrown") this.complaints.push(JSON.stringify(params));
  }
}

/** Chromium writes it when it listens. */
async function portOf(profile: string): Promise<number> {
  let port = 0;
  await eventually("the browser's port", () => {
    try {
      port = Number(readFileSync(join(profile, "DevToolsActivePort"), "utf8").split("\n")[0]);
    } catch {
      return false; // not yet
    }
    return port > 0;
  });
  return port;
}

/** Debian's is a script, and the browser many processes: all of them write to the profile. */
async function endBrowser(browser: Bun.Subprocess, profile: string): Promise<void> {
  process.kill(-browser.pid, "SIGKILL");
  await eventually("Chromium's end", () => !isGroupAlive(browser.pid));
  rmSync(profile, { recursive: true, force: true });
}
