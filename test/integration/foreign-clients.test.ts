// Clients that nobody here wrote, against the running program: every type, size and fragment comes back as it was sent.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { echoAll } from "../programs/echo-client.mjs";
import { ChromiumPage } from "../support/chromium.ts";
import { within } from "../support/server-deadline.ts";
import { missing } from "../support/missing-peer.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PROGRAMS = join(import.meta.dir, "../programs");
const WS = join(import.meta.dir, "../../node_modules/ws");
const ECHO = ["--framing=length", "cat"];
/** Debian's, which has Debian's python3-websockets. */
const PYTHON = "/usr/bin/python3";
const COMPRESSIONS = ["--compress=off", "--compress", "--compress=takeover"] as const;
const TIMEOUT_MS = 60_000;

const node = Bun.which("node");
const chromium = Bun.which("chromium");
const hasWebsockets =
  existsSync(PYTHON) && Bun.spawnSync([PYTHON, "-c", "import websockets"]).success;

/** Runs a client to its end and reads the line of JSON that it prints. */
async function run(command: readonly string[]): Promise<Record<string, unknown>> {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect(await child.exited, error).toBe(0);
  return JSON.parse(out);
}

const start = (...options: string[]): Promise<TestServer> => startServer([...options, ...ECHO]);

describe("Bun's WebSocket", () => {
  for (const compression of COMPRESSIONS) {
    test.concurrent(
      compression,
      async () => {
        await using server = await start(
          compression,
          "--compress-min=1",
          "--subprotocol=b,a",
          "--origin=*",
        );
        const result = await echoAll(server.url, ["a"]);
        expect(result).toMatchObject({ code: 4321, wasClean: true, protocol: "a" });
        const isDeflated = compression !== "--compress=off";
        expect(result.extensions.includes("permessage-deflate")).toBe(isDeflated);
      },
      TIMEOUT_MS,
    );
  }
});

describe.skipIf(missing("node", node !== null))("Node's WebSocket", () => {
  for (const compression of COMPRESSIONS) {
    test.concurrent(
      compression,
      async () => {
        await using server = await start(
          compression,
          "--compress-min=1",
          "--subprotocol=b,a",
          "--origin=*",
        );
        const client = join(PROGRAMS, "echo-client.mjs");
        const result = await run([node!, "--experimental-websocket", client, server.url, "a"]);
        expect(result).toMatchObject({ code: 4321, wasClean: true, protocol: "a" });
      },
      TIMEOUT_MS,
    );
  }
});

describe.skipIf(missing("node", node !== null))("ws", () => {
  const NO_CONTEXT = [{}, { serverNoContextTakeover: true }, { clientNoContextTakeover: true }];
  const WINDOWS = [
    {},
    { serverMaxWindowBits: 8 },
    { serverMaxWindowBits: 9 },
    { clientMaxWindowBits: 9 },
    { serverMaxWindowBits: 15, clientMaxWindowBits: 10 },
  ];
  const OFFERS: readonly (object | false)[] = [
    false,
    ...NO_CONTEXT.flatMap((context) =>
      WINDOWS.map((window) => ({ threshold: 0, ...context, ...window })),
    ),
    { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  ];
  for (const compression of COMPRESSIONS) {
    test.concurrent(
      `${compression}, with all parameters`,
      async () => {
        await using server = await start(compression, "--compress-min=0");
        for (const offer of OFFERS) {
          const client = join(PROGRAMS, "ws-client.mjs");
          const result = await run([node!, client, server.url, WS, JSON.stringify(offer)]);
          const isDeflated = compression !== "--compress=off" && offer !== false;
          const extensions = isDeflated ? "permessage-deflate" : "";
          expect(result, JSON.stringify(offer)).toEqual({ code: 4321, extensions });
        }
      },
      TIMEOUT_MS,
    );
  }
});

describe.skipIf(missing("python3-websockets", hasWebsockets))("Python's websockets", () => {
  for (const compression of COMPRESSIONS) {
    test.concurrent(
      compression,
      async () => {
        await using server = await start(compression, "--compress-min=1");
        for (const bits of ["off", "9", "15"]) {
          const client = join(PROGRAMS, "echo_client.py");
          const result = await run([PYTHON, client, server.url, bits]);
          const isDeflated = compression !== "--compress=off" && bits !== "off";
          expect(result, bits).toEqual({ code: 4321, extensions: isDeflated ? 1 : 0 });
        }
      },
      TIMEOUT_MS,
    );
  }
});

describe.skipIf(missing("node, python3-websockets", node !== null && hasWebsockets))(
  "types and bounds survive the other framings, compressed, plain and in fragments",
  () => {
    for (const framing of ["netstring", "json"]) {
      test.concurrent(
        framing,
        async () => {
          const words = ["--compress=takeover", "--compress-min=0", "--origin=*"];
          await using server = await startServer([...words, `--framing=${framing}`, "cat"]);
          for (const offer of ['{"threshold":0}', "false"]) {
            const result = await run([
              node!,
              join(PROGRAMS, "ws-client.mjs"),
              server.url,
              WS,
              offer,
            ]);
            expect(result).toMatchObject({ code: 4321 });
          }
          for (const bits of ["off", "15"]) {
            const result = await run([PYTHON, join(PROGRAMS, "echo_client.py"), server.url, bits]);
            expect(result).toMatchObject({ code: 4321 });
          }
          expect(await echoAll(server.url)).toMatchObject({ code: 4321, wasClean: true });
        },
        TIMEOUT_MS,
      );
    }
  },
);

/** Serves a page that is an echo client, opens it in Chromium, and waits for what it tells. */
async function inChromium(url: string): Promise<Record<string, unknown>> {
  const told = Promise.withResolvers<Record<string, unknown>>();
  const script = await Bun.file(join(PROGRAMS, "echo-client.mjs")).text();
  const page = `<!doctype html><script type="module">${script}
    const tell = (result) => fetch("/told", { method: "POST", body: JSON.stringify(result) });
    echoAll(${JSON.stringify(url)}, ["a"]).then(tell, (error) => tell({ error: error.message }));
    </script>`;
  using pages = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (request.method === "POST") told.resolve((await request.json()) as never);
      return new Response(page, { headers: { "Content-Type": "text/html" } });
    },
  });
  await using browser = await ChromiumPage.open();
  await browser.load(pages.url.href);
  return await within("what the page tells", told.promise);
}

describe.skipIf(missing("chromium", chromium !== null))("Chromium", () => {
  for (const compression of COMPRESSIONS) {
    test(
      compression,
      async () => {
        await using server = await start(
          compression,
          "--compress-min=1",
          "--subprotocol=b,a",
          "--origin=*",
        );
        const result = await inChromium(server.url);
        expect(result).toMatchObject({ code: 4321, wasClean: true, protocol: "a" });
        const isDeflated = compression !== "--compress=off";
        expect(String(result["extensions"]).includes("permessage-deflate")).toBe(isDeflated);
      },
      TIMEOUT_MS,
    );
  }
});
