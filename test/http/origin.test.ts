// RFC 6454, RFC 6455 10.2, PARITY 1.4: which Origins are let in, by each rule.

import { describe, expect, test } from "bun:test";
import { judgeOrigin, originPolicy } from "../../src/http/origin.ts";
import { headOf } from "./head-reader.ts";

interface Rules {
  readonly list?: string;
  readonly sameOrigin?: boolean;
  readonly isOpen?: boolean;
  readonly isTls?: boolean;
}

/** The refusal's text, or null. `origin` undefined: no such field. */
function judge(origin: string | undefined, host: string, rules: Rules): string | null {
  const policy = originPolicy(rules.list?.split(",") ?? [], {
    isOpen: rules.isOpen ?? false,
    sameOrigin: rules.sameOrigin ?? false,
  });
  const field = origin === undefined ? "" : `Origin: ${origin}\r\n`;
  const head = headOf(`GET / HTTP/1.1\r\nHost: ${host}\r\n${field}\r\n`);
  return judgeOrigin({ head, isTls: rules.isTls ?? false }, policy)?.text ?? null;
}

type Row = readonly [origin: string | undefined, host: string, isLetIn: boolean];

function rows(rules: Rules, table: readonly Row[]): void {
  for (const [origin, host, isLetIn] of table) {
    test(`${origin ?? "no Origin"} at ${host}: ${isLetIn ? "let in" : "refused"}`, () => {
      const text = judge(origin, host, rules);
      if (isLetIn) expect(text).toBeNull();
      else expect(text).toMatch(/is not let in: .+\.$/);
    });
  }
}

describe("by default: no Origin, or this very host", () => {
  rows({}, [
    [undefined, "h", true],
    ["", "h", true],
    ["http://h", "h", true],
    ["http://h", "h:80", true],
    ["http://h:80", "h", true],
    ["http://H.Example", "h.eXample", true],
    ["http://h:8080", "h:8080", true],
    ["http://[::1]:8080", "[::1]:8080", true],
    ["http://[::1]", "[::1]", true],
    ["http://h:8080", "h", false],
    ["http://h", "h:8080", false],
    ["http://h.evil.com", "h", false],
    ["http://evil.com", "h", false],
    ["http://xh", "h", false],
    ["null", "h", false],
    ["file://", "h", false],
    ["h", "h", false],
    ["http://h/", "h", false],
    ["http://user@h", "h", false],
    ["http://h http://h", "h", false],
    ["ftp://h", "h", false],
    ["chrome-extension://h", "h", false],
  ]);
});

describe("behind a proxy that speaks TLS the page has come by https, and Host has no port", () => {
  rows({}, [
    ["https://h", "h", true],
    ["https://h", "h:443", true],
    ["https://h:8443", "h:8443", true],
    ["https://h", "h:80", false],
  ]);
});

describe("where we speak TLS ourselves a page that has come by http is another", () => {
  rows({ isTls: true }, [
    ["https://h", "h", true],
    ["https://h:8443", "h:8443", true],
    ["http://h", "h", false],
    ["http://h:443", "h:443", false],
  ]);
});

describe("--sameorigin: as websocketd, nobody without an Origin", () => {
  rows({ sameOrigin: true }, [
    ["http://h", "h", true],
    ["http://H", "h", true],
    [undefined, "h", false],
    ["null", "h", false],
    ["file://", "h", false],
    ["http://evil", "h", false],
  ]);
});

describe("--origin", () => {
  const list =
    "plain.com,https://sec.com,port.com:8080,*.glob.com,https://*.both.com:*,[::1]:81,[::2]";
  rows({ list }, [
    ["http://plain.com", "h", true],
    ["https://plain.com:99", "h", true],
    ["ftp://plain.com", "h", false],
    ["http://x.plain.com", "h", false],
    ["http://plain.com.evil.com", "h", false],
    ["https://sec.com", "h", true],
    ["https://sec.com:8443", "h", true],
    ["http://sec.com", "h", false],
    ["http://port.com:8080", "h", true],
    ["http://port.com", "h", false],
    ["http://a.glob.com", "h", true],
    ["http://a.b.glob.com", "h", true],
    ["http://glob.com", "h", false],
    ["http://evilglob.com", "h", false],
    ["https://a.both.com:1", "h", true],
    ["http://a.both.com:1", "h", false],
    ["http://[::1]:81", "h", true],
    ["http://[::1]", "h", false],
    ["http://[::2]:5", "h", true],
    ["http://h", "h", false],
    [undefined, "h", false],
    ["null", "h", false],
  ]);
});

describe("names that are no host", () => {
  const TABLE: readonly (readonly [list: string, origin: string | undefined, isLetIn: boolean])[] =
    [
      ["*", undefined, true],
      ["*", "null", true],
      ["*", "http://any", true],
      ["*", "no url", true],
      ["null", "null", true],
      ["null", undefined, false],
      ["none", undefined, true],
      ["none", "null", false],
      ["file://", "file://", true],
      ["file://", undefined, true],
      ["file://", "null", false],
      ["none,a.com", "http://a.com", true],
    ];
  for (const [list, origin, isLetIn] of TABLE) {
    test(`--origin=${list} and ${origin ?? "no Origin"}: ${isLetIn ? "let in" : "refused"}`, () => {
      expect(judge(origin, "h", { list }) === null).toBe(isLetIn);
    });
  }
});

test("--sameorigin and --origin: both must pass", () => {
  const rules = { list: "a.com", sameOrigin: true };
  expect(judge("http://a.com", "a.com", rules)).toBeNull();
  expect(judge("http://a.com", "h", rules)).not.toBeNull();
  expect(judge("http://h", "h", rules)).not.toBeNull();
});

describe("websocketd's rule: anything that Go takes for a URL", () => {
  rows({ isOpen: true }, [
    [undefined, "h", true],
    ["null", "h", true],
    ["file://", "h", true],
    ["http://evil", "h", true],
    ["localhost:8080", "h", true],
    ["*", "h", true],
    ["example.com", "h", false],
  ]);
});

test("a refusal names what was refused and the option that would let it in", () => {
  expect(judge("http://evil.com", "h", {})).toBe(
    'Origin "http://evil.com" is not let in: --origin=http://evil.com would let it in.',
  );
  expect(judge(undefined, "h", { list: "a" })).toBe(
    "A client without an Origin is not let in: --origin=none would let it in.",
  );
  const long = judge(`http://${"x".repeat(400)}`, "h", {})!;
  expect(long.length).toBeLessThan(430);
});
