// --redirport: the same path at another port, and no place for what a Host field could smuggle in.

import { describe, expect, test } from "bun:test";
import { redirect } from "../../src/handlers/redirect.ts";
import { splitTarget } from "../../src/http/request-path.ts";
import { headOf } from "../http/head-reader.ts";

function locationOf(target: string, host: string | null, scheme: "http" | "https", port: number) {
  const field = host === null ? "" : `Host: ${host}\r\n`;
  const head = headOf(`GET ${target} HTTP/1.${host === null ? 0 : 1}\r\n${field}\r\n`);
  const response = redirect({ scheme, port: () => port })(head, splitTarget(target));
  expect(response?.status ?? 301).toBe(301);
  return response?.headers.get("location") ?? null;
}

describe("to", () => {
  const VECTORS = [
    ["/", "h", "https", 443, "https://h/"],
    ["/a%20b?c=d&e", "h:80", "https", 443, "https://h/a%20b?c=d&e"],
    ["/", "h:80", "https", 8443, "https://h:8443/"],
    ["/", "[2001:db8::1]:80", "https", 443, "https://[2001:db8::1]/"],
    ["/", "[2001:db8::1]", "http", 8080, "http://[2001:db8::1]:8080/"],
    ["/", "192.0.2.1:1", "http", 80, "http://192.0.2.1/"],
    ["//evil.com/x", "h", "https", 443, "https://h//evil.com/x"],
    ["http://h/x?y", "h", "https", 443, "https://h/x?y"],
  ] as const;
  for (const [target, host, scheme, port, location] of VECTORS) {
    test(`${location} from ${target} at ${host}`, () => {
      expect(locationOf(target, host, scheme, port)).toBe(location);
    });
  }
});

test("a Host that cannot stand in a Location, or none, is not answered", () => {
  for (const host of ["", "a%0d%0aX", "a;b", "a'b", null]) {
    expect(locationOf("/", host, "https", 443)).toBeNull();
  }
});
