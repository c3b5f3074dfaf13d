// The gates of docs/gate.md, read from the page: they do what the page says.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { admission, refusal } from "../support/gates.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const PAGE = await Bun.file(join(import.meta.dir, "../../docs/gate.md")).text();
const EXAMPLES = new Map(
  [...PAGE.matchAll(/^```(?:sh|python)\n(#!.*\n# (\w+): [^]*?)^```$/gm)].map(
    ([, text = "", name = ""]) => [name, text],
  ),
);

/** The option for the page's gate of that name. */
function exampleOption(directory: TestDirectory, name: string): string {
  return `--gate=${directory.write(name, EXAMPLES.get(name)!, 0o755)}`;
}

test("the page has these, of about ten lines each, and a command line for each", () => {
  expect([...EXAMPLES.keys()]).toEqual(["token", "quota", "route"]);
  for (const [name, text] of EXAMPLES) {
    expect(text.split("\n").length).toBeLessThanOrEqual(18);
    expect(PAGE).toContain(`websockd --gate=./${name} `);
  }
});

test("token: who knows one is let in, as its user", async () => {
  using directory = new TestDirectory();
  const tokens = directory.write("tokens", "s3cret alice\n1000 bob\n\nlonely\n");
  const words = [exampleOption(directory, "token"), `--env=TOKENS=${tokens}`];
  await using server = await startServer([...words, "sh", "-c", "echo $REMOTE_USER $AUTH_TYPE"]);
  const lines = async (query: string) => (await admission(server, { target: `/?${query}` })).lines;
  expect(await lines("token=s3cret")).toEqual(["alice Gate"]);
  expect(await lines("a=b&token=1000&c")).toEqual(["bob Gate"]);
  for (const query of [
    "",
    "token=",
    "token=s3cre",
    "token=s3cret2",
    "token=1e3",
    "token=S3CRET",
    "xtoken=s3cret",
    "token=%733cret",
    "token=*",
    "token=a&token=s3cret",
    // A user of no name: the page's table says that this lets nobody in.
    "token=lonely",
  ]) {
    const { status, head, body } = await refusal(server, { target: `/?${query}` });
    const isBroken = query === "token=lonely";
    expect(status, query).toBe(isBroken ? 502 : 401);
    if (isBroken) continue;
    expect(head).toContain("\r\nWWW-Authenticate: Bearer");
    expect(body).toBe("A token is wanted: ?token=TOKEN\n");
  }
});

test("token: a file that is not there lets nobody in", async () => {
  using directory = new TestDirectory();
  const words = [exampleOption(directory, "token"), `--env=TOKENS=${directory.file("none")}`];
  await using server = await startServer([...words, "cat"]);
  expect((await refusal(server, { target: "/?token=x" })).status).not.toBe(101);
});

test("quota: 20 at once of which 7 may, and never one more", async () => {
  if (missing("python3", existsSync("/usr/bin/python3"))) return;
  using directory = new TestDirectory();
  const counts = directory.file("counts");
  const words = [exampleOption(directory, "quota"), `--env=COUNTS=${counts}`, "--env=MOST=7"];
  await using server = await startServer([...words, "--gate-timeout=60s", "echo", "in"]);
  // At the turn of the hour it begins anew: then once more.
  for (let hour = -1; hour !== Math.floor(Date.now() / 3_600_000);) {
    hour = Math.floor(Date.now() / 3_600_000);
    directory.write("counts", "");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        admission(server).then(
          () => 101,
          () => 429,
        ),
      ),
    );
    expect(answers.filter((status) => status === 101)).toHaveLength(7);
  }
  const { status, head, body } = await refusal(server);
  expect(status).toBe(429);
  expect(head).toContain("\r\nRetry-After: 3600");
  expect(body).toBe("Come back in an hour.\n");
  const counted = JSON.parse(directory.read("counts")) as Record<string, unknown>;
  expect(Object.values(counted)).toEqual([{ "127.0.0.1": 21 }]);
});

test("route: the path chooses what the program does, the gate a subprotocol", async () => {
  using directory = new TestDirectory();
  const words = [exampleOption(directory, "route"), "sh", "-c", "echo $ROOM $WEBSOCKET_PROTOCOL"];
  await using server = await startServer(words);
  const ask = async (target: string, offers: string) => {
    const fields = offers === "" ? [] : [`Sec-WebSocket-Protocol: ${offers}`];
    const { head, lines } = await admission(server, { target, fields });
    return [/^Sec-WebSocket-Protocol: (.*)$/m.exec(head)?.[1]?.trim(), ...lines];
  };
  expect(await ask("/room/blue", "chat.v1, chat.v2")).toEqual(["chat.v2", "blue chat.v2"]);
  expect(await ask("/room/red", "x,chat.v1")).toEqual(["chat.v1", "red chat.v1"]);
  expect(await ask("/room/red", "chat.v3")).toEqual([undefined, "red"]);
  expect(await ask("/room/9", "")).toEqual([undefined, "9"]);
  for (const target of [
    "/",
    "/room",
    "/room/",
    "/room/A",
    "/room/a/b",
    "/room/..",
    "/room/a%0aUser:%20eve",
  ]) {
    const { status, body } = await refusal(server, { target });
    expect({ target, status, body }).toEqual({
      target,
      status: 404,
      body: "There is no such room.\n",
    });
  }
});
