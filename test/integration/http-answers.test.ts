// What the real program answers over HTTP when no session begins, as curl sees it.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { within } from "../support/server-deadline.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const curl = Bun.which("curl");
if (curl === null) {
  if (process.env["CI"] === "true") throw new Error("curl is missing: apt-get install curl");
  console.log("skipped: what curl sees (curl is missing: apt-get install curl)");
}

interface Answer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer(["--maxforks=1", "cat"]);
});
afterAll(async () => {
  await server.stop();
});

async function ask(...words: string[]): Promise<Answer> {
  const url = server.url.replace("ws:", "http:");
  // -q: the configuration file of whoever runs this must not matter.
  const command = [curl!, "-q", "--noproxy", "*", "-s", "-S", "-i", "--max-time", "15"];
  const child = Bun.spawn([...command, ...words, url], { stdout: "pipe", stderr: "inherit" });
  const text = await within("curl", new Response(child.stdout).text());
  if ((await child.exited) !== 0) throw new Error(`curl ended with ${child.exitCode}`);
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const [statusLine = "", ...lines] = head.split("\r\n");
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(statusLine.split(" ")[1]), fields, body };
}

/** curl's words for a legal handshake, those left out that `without` names. */
function handshake(without?: string): string[] {
  return [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ]
    .filter((field) => field.split(":")[0] !== without)
    .flatMap((field) => ["-H", field]);
}

describe.skipIf(curl === null)("curl", () => {
  test.each<[name: string, words: string[], status: number, reason: RegExp]>([
    ["a plain GET", [], 404, /WebSocket/],
    ["no Connection: Upgrade", handshake("Connection"), 426, /Connection: Upgrade/],
    ["no Upgrade: websocket", handshake("Upgrade"), 404, /WebSocket/],
    ["no version", handshake("Sec-WebSocket-Version"), 426, /version 13/],
    ["no key", handshake("Sec-WebSocket-Key"), 400, /Sec-WebSocket-Key/],
    [
      "a key that is no 16 bytes",
      [...handshake("Sec-WebSocket-Key"), "-H", "Sec-WebSocket-Key: c2hvcnQ="],
      400,
      /Sec-WebSocket-Key/,
    ],
    [
      "two keys",
      [...handshake(), "-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="],
      400,
      /sec-websocket-key.*twice/i,
    ],
    ["HTTP/1.0", ["--http1.0", ...handshake()], 400, /HTTP\/1\.1/],
    ["no Host", ["-H", "Host:", ...handshake()], 400, /Host/],
    ["POST", ["--data", "x", ...handshake()], 405, /GET.*POST/],
    ["HEAD", ["--head", ...handshake()], 405, /^$/],
    ["a head over 16 KiB", ["-H", `X-Large: ${"x".repeat(17_000)}`], 431, /16384/],
    [
      "over 100 fields",
      Array.from({ length: 101 }, (_, i) => ["-H", `X-${i}: 1`]).flat(),
      431,
      /100/,
    ],
  ])("%s", async (_name, words, status, reason) => {
    const answer = await ask(...words);
    expect(answer.status).toBe(status);
    expect(answer.fields.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.fields.get("connection")).toMatch(/\bclose$/);
    expect(answer.body.trimEnd()).toMatch(reason);
    // One line, clean: websocketd appends "500 Internal Error" to its own.
    expect(answer.body.trimEnd()).not.toContain("\n");
  });

  test("a bad version is answered with the good one (RFC 6455 4.4)", async () => {
    const without = handshake("Sec-WebSocket-Version");
    const answer = await ask(...without, "-H", "Sec-WebSocket-Version: 8");
    expect(answer.status).toBe(426);
    expect(answer.fields.get("sec-websocket-version")).toBe("13");
    expect(answer.fields.get("upgrade")).toBe("websocket");
    expect(answer.fields.get("connection")).toBe("Upgrade, close");
  });

  test("a 405 says what is allowed (RFC 9110 15.5.6)", async () => {
    const answer = await ask("-X", "DELETE", ...handshake());
    expect(answer.status).toBe(405);
    expect(answer.fields.get("allow")).toBe("GET");
  });

  test("a session too many is told when to come again", async () => {
    const first = new WebSocket(server.url);
    await within("its open event", new Promise((resolve) => (first.onopen = resolve)));
    const answer = await ask(...handshake());
    expect(answer.status).toBe(429);
    expect(answer.fields.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(answer.body).toContain("--maxforks");
    const closed = new Promise((resolve) => (first.onclose = resolve));
    first.close();
    await within("its close event", closed);
  });

  test("each refusal is one line in the log, with the peer, the status and the reason", async () => {
    const before = server.matching(/ REFUSED /).length;
    await ask("-X", "PATCH", "-A", "refused", ...handshake());
    const line = await server.logged(/ REFUSED .*not PATCH/);
    expect(line).toMatch(/ peer=127\.0\.0\.1:\d+ .*status=405 /);
    expect(server.matching(/ REFUSED /)).toHaveLength(before + 1);
  });
});
