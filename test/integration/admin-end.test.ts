// Who may watch at --admin, and end a session there.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl, growth, metrics } from "../support/admin.ts";
import { RawClient } from "../support/raw-client.ts";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { writeScript } from "../support/server-scripts.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const ADMIN = "--admin=127.0.0.1:0";

describe("the live view's WebSocket", () => {
  const LIVE_HEADERS = { headers: { Origin: "http://evil.example" } };

  test("is not for other pages, and for eight at once", async () => {
    await using server = await startServer([ADMIN, "cat"]);
    const live = `${(await adminUrl(server)).replace("http", "ws")}live`;
    const opened = (socket: WebSocket) =>
      within(
        "open or closed",
        new Promise<boolean>((resolve) => {
          socket.onopen = () => resolve(true);
          socket.onclose = () => resolve(false);
        }),
      );
    expect(await opened(new WebSocket(live, LIVE_HEADERS))).toBe(false);
    const sockets = Array.from({ length: 8 }, () => new WebSocket(live));
    const first = within(
      "a snapshot",
      new Promise<string>((resolve) => (sockets[0]!.onmessage = ({ data }) => resolve(data))),
    );
    expect(await Promise.all(sockets.map(opened))).toEqual(sockets.map(() => true));
    expect(await opened(new WebSocket(live))).toBe(false);
    expect(JSON.parse(await first)).toMatchObject({ isReady: true, sessions: [] });
    sockets[0]!.close();
    await within("its end", new Promise((resolve) => (sockets[0]!.onclose = resolve)));
    const next = new WebSocket(live);
    expect(await opened(next)).toBe(true);
    for (const socket of [...sockets, next]) socket.close();
  });

  test("a session is ended by this page's POST, and by a program's", async () => {
    await using server = await startServer([ADMIN, "cat"]);
    const at = await adminUrl(server);
    using client = await RawClient.open(server);
    const end = async (number: string, method: string, headers = {}) =>
      (await fetch(`${at}sessions/${number}/end`, { method, headers })).status;
    expect(await end("1", "POST", { Origin: "http://evil.example" })).toBe(403);
    expect(await end("1", "POST", { "Sec-Fetch-Site": "cross-site" })).toBe(403);
    expect(await end("1", "GET")).toBe(405);
    expect(await end("2", "POST")).toBe(404);
    expect(await end("0", "POST")).toBe(405);
    expect(await end("1", "POST", { Origin: at.slice(0, -1) })).toBe(200);
    expect((await client.farewell()).code).toBe(1001);
    client.close(1001);
    await server.logged(/ DISCONNECT /);
    expect(growth(new Map(), await metrics(server))).toMatchObject({
      'websockd_sessions_ended_total{cause="operator"}': 1,
    });
  });
});

test("a script is ended, too, and its client is answered", async () => {
  using directory = new TestDirectory();
  writeScript(directory, "slow", "exec sleep 60");
  await using server = await startServer([ADMIN, `--cgidir=${directory.path}`]);
  const answer = fetch(`http://127.0.0.1:${server.port}/slow`);
  await server.logged(/ CGI session=1 /);
  const at = `${await adminUrl(server)}sessions/1/end`;
  expect((await fetch(at, { method: "POST" })).status).toBe(200);
  const { status } = await within("the answer", answer);
  expect(status).toBe(503);
});
