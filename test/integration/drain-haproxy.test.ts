// A server that drains behind the real haproxy, which asks /readyz: no client fails while it is told, and then it gets none.

import { expect, setDefaultTimeout, test } from "bun:test";
import { healthUrl } from "../support/health.ts";
import { documentBlock, replaced } from "../support/document-blocks.ts";
import { RawClient } from "../support/raw-client.ts";
import { HAPROXY_BIND, noHaproxy, startHaproxy } from "../support/real-proxies.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

async function echo(client: RawClient): Promise<void> {
  client.text("hello");
  expect(await client.line()).toBe("hello");
}

/** As the page has a server, where this one is. */
async function rowOf(server: TestServer): Promise<string> {
  const health = new URL(await healthUrl(server)).port;
  return `127.0.0.1:${server.port} check port ${health} inter 50ms`;
}

test.skipIf(noHaproxy)("no client fails from the signal to the end", async () => {
  using directory = new TestDirectory();
  const health = "--health=127.0.0.1:0";
  await using leaving = await startServer([health, "--drain-delay=10m", "cat"]);
  await using staying = await startServer([health, "cat"]);
  const ask = `return status 200 content-type text/plain lf-string "%[srv_is_up(websockd/one)]"`;
  const text = replaced(documentBlock("operating.md", "haproxy drain"), [
    ["bind :80", `${HAPROXY_BIND}\n  http-request ${ask} if { path /one-is-up }`],
    ["10.0.0.1:8080 check port 9091 inter 1s", await rowOf(leaving)],
    ["10.0.0.2:8080 check port 9091 inter 1s", await rowOf(staying)],
  ]);
  await using proxy = startHaproxy(directory, text);
  const isUp = async () => {
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/one-is-up`);
    return (await answer.text()).trim() === "1";
  };
  const kept: RawClient[] = [];
  const visit = async () => {
    const client = await RawClient.open(proxy); // throws at anything but a 101
    await echo(client);
    kept.push(client);
  };
  while (leaving.services.length < 2 || staying.services.length < 2) await visit();
  leaving.signal("SIGTERM");
  await leaving.logged(/ stopping /);
  do await visit();
  while (await isUp());
  await eventually(
    "all of them",
    () => leaving.services.length + staying.services.length === kept.length,
  );
  const before = leaving.services.length;
  for (let i = 0; i < 6; i++) await visit();
  expect(leaving.services).toHaveLength(before);
  // Those that it has are still served: by haproxy, too, it is left alone and not cut.
  await Promise.all(kept.map(echo));
  for (const client of kept) client.reset();
  leaving.signal("SIGTERM");
  expect(await leaving.exited()).toBe(143);
});
