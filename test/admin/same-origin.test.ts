// Which Host and Origin may ask at --admin: a page whose name was made to point there sends its own.

import { describe, expect, test } from "bun:test";
import { hostJudge, isSameOrigin } from "../../src/admin/same-origin.ts";

const OFTEN = ["localhost", "localhost:9090", "LOCALHOST:1", "127.0.0.1:9090", "[::1]:9090"];
const NEVER = [
  null,
  "",
  "evil.example",
  "evil.example:9090",
  "localhost.evil.example",
  "a, localhost",
];

describe.each([
  ["127.0.0.1", { yes: [], no: ["192.0.2.1:9090", "[2001:db8::1]:9090"] }],
  ["[::1]", { yes: [], no: ["192.0.2.1:9090"] }],
  ["192.0.2.1", { yes: ["192.0.2.1:9090"], no: ["192.0.2.2:9090"] }],
  ["admin.example", { yes: ["Admin.example:9090"], no: ["192.0.2.1:9090"] }],
  ["0.0.0.0", { yes: ["192.0.2.1:9090", "[2001:db8::1]:9090"], no: ["192.0.2.1.evil.example"] }],
  ["::", { yes: ["192.0.2.1:9090", "[2001:db8::1]:9090"], no: ["1.evil:9090"] }],
])("at %s", (hostname, { yes, no }) => {
  const isHost = hostJudge({ hostname, port: 9090 });
  test.each([...OFTEN, ...yes])("%s may", (host) => expect(isHost(host)).toBe(true));
  test.each([...NEVER, ...no])("%s may not", (host) => expect(isHost(host)).toBe(false));
});

test("a Unix socket is localhost", () => {
  const isHost = hostJudge({ path: "/run/admin" });
  expect(["localhost", "evil.example", null].map(isHost)).toEqual([true, false, false]);
});

const at = "http://127.0.0.1:9090/live";
const asks = (fields: Record<string, string>) =>
  isSameOrigin(new Request(at, { headers: { Host: "127.0.0.1:9090", ...fields } }));

test.each([
  [{}],
  [{ Origin: "http://127.0.0.1:9090" }],
  [{ Origin: "http://127.0.0.1:9090", "Sec-Fetch-Site": "same-origin" }],
  [{ Host: "admin.example", Origin: "https://admin.example" }],
])("of this page: %j", (fields) => expect(asks(fields)).toBe(true));

test.each([
  [{ Origin: "http://127.0.0.1:9091" }],
  [{ Origin: "http://localhost:9090" }],
  [{ Origin: "null" }],
  [{ Origin: "http://evil.example" }],
  [{ "Sec-Fetch-Site": "cross-site" }],
  [{ Origin: "http://127.0.0.1:9090", "Sec-Fetch-Site": "same-site" }],
])("of another: %j", (fields) => expect(asks(fields)).toBe(false));
