// The live view in Chromium: a session appears, its data moves, it is ended by the button, and it goes.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl } from "../support/admin.ts";
import { ChromiumPage } from "../support/chromium.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

/** Says everything twice; `quit N` makes it exit with N, `flood` never stop. */
const PROGRAM = `while read -r line; do
  case $line in "quit "*) exit "\${line#quit }";; flood) exec yes "$(printf %0900d 0)";; esac
  echo "$line$line"
done`;
const VIEWS = [
  ["desktop", 1280, 800],
  ["phone", 390, 844],
] as const;

describe.skipIf(missing("chromium", Bun.which("chromium") !== null))("the live view", () => {
  let server: TestServer;
  let at: string;
  let page: ChromiumPage;
  const clients: RawClient[] = [];
  /** Where a person can look at them: dist/ is nobody's but the build's. */
  const pictures = process.env["WEBSOCKD_SCREENSHOTS"] ?? join(import.meta.dir, "../../dist/admin");

  beforeAll(async () => {
    server = await startServer(["--admin=127.0.0.1:0", "sh", "-c", PROGRAM]);
    at = await adminUrl(server);
    page = await ChromiumPage.open();
    mkdirSync(pictures, { recursive: true });
    console.log(`pictures of the live view: ${pictures}`);
  });
  afterAll(async () => {
    for (const client of clients) client.reset();
    await page[Symbol.asyncDispose]();
    await server.stop();
  });

  const tile = (name: string, text: RegExp) =>
    page.until(
      `${name} ${text}`,
      `${text}.test(document.querySelector("#tile-${name}").textContent)`,
    );
  const numbers = () =>
    page.evaluate(`[...document.querySelectorAll("#rows tr")].map((row) => row.id)`);
  const rows = (count: number) =>
    page.until(`${count} rows`, `document.querySelectorAll("#rows tr").length === ${count}`);
  const filter = (text: string) =>
    page.evaluate(
      `{ const filter = document.querySelector("#filter"); filter.value = ${JSON.stringify(text)}; filter.oninput(); }`,
    );

  async function open(path: string): Promise<RawClient> {
    const client = await RawClient.open(server, { target: path });
    clients.push(client);
    return client;
  }

  test("nobody is there, and then somebody is", async () => {
    await page.view(1280, 1000, "light");
    await page.load(at);
    await page.until("it is live", `document.querySelector("#state").textContent === "live"`);
    await tile("sessions", /^0 /);
    expect(await page.evaluate(`document.querySelector("#none").textContent`)).toBe(
      "Nobody is connected.",
    );
    await open("/first");
    await rows(1);
    await tile("sessions", /^1 of 1/);
    expect(await page.evaluate(`document.querySelector("#session-1").textContent`)).toContain(
      "/first",
    );
  });

  test("data moves", async () => {
    const [client] = clients;
    const text = "x".repeat(999);
    let isMoving = true;
    const moving = (async () => {
      while (isMoving) {
        client!.text(text);
        expect(await client!.line()).toBe(text + text);
      }
    })();
    await tile("messagesIn", /[1-9]/);
    await tile("bytesOut", /[KM]iB/);
    await page.until(
      "the charts have it",
      `document.querySelectorAll(".u-over").length === 8 && series.messagesOut.at(-1) > 0`,
    );
    isMoving = false;
    await moving;
    await tile("messagesIn", /^0 /);
  });

  test("the table is sorted and filtered", async () => {
    for (const path of ["/second", "/third"]) await open(path);
    await rows(3);
    expect(await numbers()).toEqual(["session-3", "session-2", "session-1"]);
    await page.click("#head th:nth-child(4) button"); // the path
    expect(await numbers()).toEqual(["session-1", "session-2", "session-3"]);
    await page.click("#head th:nth-child(4) button");
    expect(await numbers()).toEqual(["session-3", "session-2", "session-1"]);
    await page.click("#head th:nth-child(1) button");
    await filter("second");
    expect(await numbers()).toEqual(["session-2"]);
    expect(await page.evaluate(`document.querySelector("#shown").textContent`)).toBe("1 of 3");
    await filter("");
  });

  test("one is ended by its button, pressed twice, and goes", async () => {
    const button = "#session-2 button";
    await page.click(button);
    expect(await page.evaluate(`document.querySelector("${button}").textContent`)).toBe("Sure?");
    await page.click(button);
    const { code, reason } = await clients[1]!.farewell();
    expect([code, reason]).toEqual([1001, "whoever runs the server has ended this session"]);
    clients[1]!.close(1001);
    await server.logged(/ DISCONNECT session=2 .* reason="ended by the operator \(--admin\)"/);
    await rows(2);
    expect(await numbers()).toEqual(["session-3", "session-1"]);
  });

  test("it looks as it should, on a desk and on a phone", async () => {
    const busy = await Promise.all(["/chat/lobby", "/chat/dev", "/logs?tail=1"].map(open));
    const slow = await open("/slow");
    slow.pause();
    slow.text("flood");
    const leaving = await Promise.all(["0", "0", "0", "2", "7"].map(() => open("/job")));
    leaving.forEach((client, i) => client.text(`quit ${[0, 0, 0, 2, 7][i]}`));
    let isMoving = true;
    const moving = busy.map(async (client, i) => {
      for (let n = 0; isMoving; n++) {
        const text = "x".repeat(((n % 50) + 1) * 40);
        for (let k = 0; k <= i; k++) client.text(text);
        for (let k = 0; k <= i; k++) await client.line();
      }
    });
    await page.until("exits", `Object.keys(seen.figures.exits).length >= 3`);
    await page.until("a pause", `seen.figures.paused.outgoing === 1`);
    await page.until("some seconds", `series.time.length >= 16`);
    for (const scheme of ["light", "dark"] as const) {
      for (const [size, width, height] of VIEWS) {
        await page.view(width, height, scheme);
        const isInside = `document.documentElement.scrollWidth <= ${width}`;
        await page.until(`no scrolling aside: ${size}`, isInside);
        await page.until(
          "the charts fit",
          `charts.every(({ chart }) => chart.width <= chart.root.parentElement.clientWidth)`,
        );
        await page.screenshot(join(pictures, `live-${size}-${scheme}.png`));
      }
    }
    await page.evaluate(`document.querySelector("#bar").scrollIntoView()`);
    await page.screenshot(join(pictures, "live-phone-table.png"));
    isMoving = false;
    await Promise.all(moving);
  });

  test("it asked for nothing but itself, and nothing was amiss", () => {
    const own = new URL(at).host;
    const others = page.requests.filter(
      (url) => !/^(?:data:,|about:blank)$/.test(url) && new URL(url).host !== own,
    );
    expect(others).toEqual([]);
    expect(page.complaints).toEqual([]);
  });
});
