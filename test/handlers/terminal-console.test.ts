// The Terminal view's page: it is what its sources build, where it answers, and what its policy forbids.

import { expect, test } from "bun:test";
import { buildConsole, TERMINAL_PAGE } from "../../scripts/build-console.ts";
import { messagesView } from "../../src/handlers/dev-console.ts";
import { terminalConsole } from "../../src/handlers/terminal-console.ts";
import { splitTarget } from "../../src/http/request-path.ts";
import { headOf } from "../http/head-reader.ts";

function answer(target: string, options: { everywhere: boolean; isReadonly: boolean }) {
  const head = headOf(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
  return terminalConsole(options)(head, splitTarget(target)) as Response | null;
}
const FULL = { everywhere: true, isReadonly: false };

test("the committed page is what its sources build", async () => {
  const committed = await Bun.file(TERMINAL_PAGE).text();
  const isSame = (await buildConsole()) === committed;
  expect(isSame, `${TERMINAL_PAGE} is not what its sources build: bun run build:console`).toBe(
    true,
  );
});

test("alone it is at every path, beside files at its own", () => {
  for (const target of ["/", "/a?b", "/.websockd/console"]) {
    expect(answer(target, FULL)?.status).toBe(200);
  }
  expect(answer("/", { ...FULL, everywhere: false })).toBeNull();
  expect(answer("/.websockd/console", { ...FULL, everywhere: false })?.status).toBe(200);
});

test("the Messages view is beside it", () => {
  const ask = (target: string) =>
    messagesView()(headOf(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`), splitTarget(target));
  expect((ask("/.websockd/console/messages") as Response).status).toBe(200);
  expect(ask("/.websockd/console")).toBeNull();
});

test("the policy allows its script and its style by hash, WebSockets, and nothing else", async () => {
  const response = answer("/", FULL)!;
  const html = await response.text();
  expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(html)));
  expect(response.headers.get("cache-control")).toBe("no-store");
  const hashes = ["script", "style"].map((name) => {
    const elements = [...html.matchAll(new RegExp(`<${name}[^>]*>([^]*?)</${name}>`, "g"))];
    expect(elements).toHaveLength(1);
    return new Bun.CryptoHasher("sha256").update(elements[0]![1]!).digest("base64");
  });
  expect(response.headers.get("content-security-policy")).toBe(
    `default-src 'none'; script-src 'sha256-${hashes[0]}'; style-src 'sha256-${hashes[1]}'; ` +
      "connect-src ws: wss:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(html).not.toMatch(/createElement\("style"\)|setAttribute\("style"|\.innerHTML\b|\beval\(/);
});

test("its licences are in it, and no path of the machine that built it", async () => {
  const html = await answer("/", FULL)!.text();
  expect(html.match(/Permission is hereby granted, free of charge/g)).toHaveLength(2);
  expect(html).not.toContain("node_modules");
});

test("for viewing alone it says so, and its script is the same", async () => {
  const [full, viewing] = [answer("/", FULL)!, answer("/", { ...FULL, isReadonly: true })!];
  const policy = (response: Response) => response.headers.get("content-security-policy");
  expect(policy(viewing)).toBe(policy(full));
  expect(await viewing.text()).toBe(
    (await full.text()).replace('<body data-access="full">', '<body data-access="readonly">'),
  );
});
