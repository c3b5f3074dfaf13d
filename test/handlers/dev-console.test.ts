// The console's response: where it answers, to which methods, and what its page is forbidden.

import { describe, expect, test } from "bun:test";
import { devConsole } from "../../src/handlers/dev-console.ts";
import { splitTarget } from "../../src/http/request-path.ts";
import { headOf } from "../http/head-reader.ts";

function answer(everywhere: boolean, target: string, method = "GET"): Response | null {
  const head = headOf(`${method} ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
  return devConsole({ everywhere })(head, splitTarget(target));
}

describe("where", () => {
  test("alone, at every path", () => {
    for (const target of ["/", "/a?b", "/.websockd/console"]) {
      expect(answer(true, target)?.status).toBe(200);
    }
  });

  test("beside files, at its own path alone", () => {
    for (const target of ["/", "/.websockd", "/.websockd/console/", "/x/.websockd/console"]) {
      expect(answer(false, target)).toBeNull();
    }
    expect(answer(false, "/.websockd/console?x")?.status).toBe(200);
  });
});

test("other methods than GET and HEAD are 405", () => {
  const refused = answer(true, "/", "POST")!;
  expect(refused.status).toBe(405);
  expect(refused.headers.get("allow")).toBe("GET, HEAD");
  expect(answer(true, "/", "HEAD")?.status).toBe(200);
});

test("the policy allows the page's own script and style by hash, WebSockets, and nothing else", async () => {
  const response = answer(true, "/")!;
  const html = await response.text();
  expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(html)));
  const hashes = ["script", "style"].map((name) => {
    const elements = [...html.matchAll(new RegExp(`<${name}[^>]*>([^]*?)</${name}>`, "g"))];
    expect(elements).toHaveLength(1);
    return new Bun.CryptoHasher("sha256").update(elements[0]![1]!).digest("base64");
  });
  expect(response.headers.get("content-security-policy")).toBe(
    `default-src 'none'; script-src 'sha256-${hashes[0]}'; style-src 'sha256-${hashes[1]}'; ` +
      "connect-src ws: wss:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  // What the policy would forbid: attributes with style or code, and anything that is fetched.
  expect(html).not.toMatch(/\s(?:style|on[a-z]+)=|\s(?:src|href)="(?!data:)/);
  expect(html).not.toContain("innerHTML");
});
