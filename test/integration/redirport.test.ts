// --redirport with the real program and curl.

import { expect, setDefaultTimeout, test } from "bun:test";
import { curl, HAS_CURL } from "../support/curl.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

test.skipIf(!HAS_CURL)(
  "--redirport keeps path and query, and takes IPv6 and other ports in Host",
  async () => {
    await using first = await startServer(["--redirport=0", "cat"]);
    expect(first.urls).toHaveLength(1);
    const port = await freePort();
    await using server = await startServer([`--redirport=${port}`, "cat"]);
    const location = async (host: string) => {
      const words = ["-H", `Host: ${host}`, `http://127.0.0.1:${port}/a/b?c=d`];
      return (await curl(words)).fields.get("location");
    };
    expect(await location(`h:${port}`)).toBe(`http://h:${server.port}/a/b?c=d`);
    expect(await location("[::1]:99")).toBe(`http://[::1]:${server.port}/a/b?c=d`);
  },
);

/** One that was free a moment ago: --redirport=0 is none. */
async function freePort(): Promise<number> {
  using listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  return listener.port;
}
