// A flood of wrong passwords, each dear to verify: it costs sessions nothing, and who is known still comes in.

import { connect } from "node:net";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { basic, secretFile } from "../support/credential-files.ts";
import { Bystander } from "../support/raw-bystander.ts";
import { RawClient } from "../support/raw-client.ts";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** 40 ms. */
const COST = 9;
/** More than are held for an address that may be a proxy. */
const GUESSES = 200;

const directory = new TestDirectory();
let option: string;
beforeAll(async () => {
  const hash = await Bun.password.hash("right", { algorithm: "bcrypt", cost: COST });
  option = `--basic-auth-file=${secretFile(directory, "passwords", `alice:${hash}\n`)}`;
});
afterAll(() => directory[Symbol.dispose]());

function request(password: string): string {
  return `GET / HTTP/1.1\r\nHost: h\r\nAuthorization: ${basic("alice", password)}\r\n\r\n`;
}

/** What a right password is answered that comes from another of this machine's addresses. */
async function statusFrom(localAddress: string, port: number): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  socket.write(request("right"));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.on("data", (chunk) => resolve(chunk.toString("latin1").slice(9, 12)));
  socket.on("error", reject);
  try {
    return await within("the answer", promise);
  } finally {
    socket.destroy();
  }
}

test("200 wrong passwords at once: sessions go on, guesses beyond a bound are turned away", async () => {
  await using server = await startServer([option, "cat"]);
  const fields = [`Authorization: ${basic("alice", "right")}`];
  const bystander = await Bystander.start(server, { fields });
  const clients = await Promise.all(
    Array.from({ length: GUESSES }, () => RawClient.connect(server.port)),
  );
  const ends = clients.map(async (client, i) => {
    client.write(request(`wrong${i}`));
    return Buffer.from(await client.rest())
      .toString()
      .slice(9, 12);
  });
  await bystander.echoes(300);
  // Who was right before is known, also where nobody may wait any more; this address has not guessed.
  expect(await statusFrom("127.0.0.2", server.port)).toBe("404");
  const statuses = await Promise.all(ends);
  expect(new Set(statuses).difference(new Set(["401", "429", "503"])).size).toBe(0);
  expect(statuses).toContain("429");
  await bystander.echoes(10);
  await bystander.stop();
  using later = await RawClient.connect(server.port);
  later.write(request("right"));
  expect(await later.head()).toStartWith("HTTP/1.1 404 ");
});
