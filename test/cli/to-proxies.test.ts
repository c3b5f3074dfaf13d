// Proxies that are trusted: what the options come to, and what is refused, with an example.

import { describe, expect, test } from "bun:test";
import { configOf, errorOf } from "./config-of.ts";

function proxies(...words: string[]) {
  return configOf(...words, "cat").proxies;
}

test("entries of all kinds, in lists and again, each once", () => {
  const words = ["--trusted-proxy=127.0.0.1, 10.0.0.0/8", "--trusted-proxy=::1,unix,10.0.0.0/8,"];
  expect(proxies(...words)).toEqual({
    trusted: ["127.0.0.1", "10.0.0.0/8", "::1", "unix"],
    fields: ["x-forwarded-for"],
    headerRequired: false,
  });
});

describe("--forwarded", () => {
  for (const [list, fields] of [
    ["none", []],
    ["forwarded", ["forwarded"]],
    ["x-forwarded-proto", ["x-forwarded-proto"]],
    ["X-Forwarded-Host, x-forwarded-for", ["x-forwarded-for", "x-forwarded-host"]],
  ] as const) {
    test(list, () => {
      expect(proxies("--trusted-proxy=::1", `--forwarded=${list}`).fields).toEqual(fields);
    });
  }
});

describe("what is refused", () => {
  const TRUSTED = "--trusted-proxy=127.0.0.1";
  const CASES: readonly (readonly [words: string, problem: string])[] = [
    ["--trusted-proxy=proxy.example", '"proxy.example" is no address, no network and not unix'],
    ["--trusted-proxy=10.0.0.1/8", '"10.0.0.1/8" has bits behind its prefix'],
    ["--trusted-proxy=10.0.0.0/33", "too long a prefix"],
    ["--trusted-proxy=::1,*", '"*" is no address'],
    ["--trusted-proxy=10.0.0.0/x", "for example --trusted-proxy=127.0.0.1,10.0.0.0/8,fd00::/8"],
    ["--proxy-protocol", "--proxy-protocol needs --trusted-proxy"],
    ["--proxy-protocol --trusted-proxy=", "--proxy-protocol needs --trusted-proxy"],
    ["--forwarded=forwarded", "--forwarded needs --trusted-proxy"],
    [`${TRUSTED} --forwarded=`, "--forwarded=: what the proxy writes is wanted"],
    [`${TRUSTED} --forwarded=x-real-ip`, "--forwarded=x-real-ip: what the proxy writes"],
    [`${TRUSTED} --forwarded=none,x-forwarded-for`, "what the proxy writes is wanted"],
    [`${TRUSTED} --forwarded=forwarded,x-forwarded-for`, "what the proxy writes is wanted"],
    [`${TRUSTED} --forwarded=x-forwarded-for,x-forwarded-for`, "what the proxy writes is wanted"],
    [`${TRUSTED} --proxy-protocol --unixsocket=/s`, "needs unix in --trusted-proxy"],
    [`--trusted-proxy=${Array.from({ length: 257 }, (_, i) => `::${i}`).join()}`, "at most 256"],
  ];
  for (const [words, problem] of CASES) {
    test(words.slice(0, 70), () => expect(errorOf(...words.split(" "), "cat")).toContain(problem));
  }
});
