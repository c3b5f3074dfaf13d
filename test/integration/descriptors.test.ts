// Descriptors never run out: what connections, programs that wait, gates and sessions hold is counted together.

import { expect, setDefaultTimeout, test } from "bun:test";
import { gateOption } from "../support/gates.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { childrenOf, descriptorsOf } from "../support/server-processes.ts";
import { PROGRAM, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const DESCRIPTORS = 160;
const noPrlimit = missing("prlimit", Bun.which("prlimit") !== null);
const program = ["prlimit", `--nofile=${DESCRIPTORS}`, ...PROGRAM];

/** Connections that say nothing yet. Who is cut at once has not even connected, to Bun. */
async function connect(server: { port: number }, count: number): Promise<RawClient[]> {
  const attempts = Array.from({ length: count }, () => RawClient.connect(server.port));
  const settled = await Promise.allSettled(attempts);
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

test.skipIf(noPrlimit)(
  "connections beside programs that wait: the one too many is told so",
  async () => {
    await using server = await startServer(["--maxforks=0", "--prefork=999", "cat"], { program });
    const told = / only \d+ sessions and (\d+) spare programs /;
    const spares = Number(told.exec(await server.logged(told))![1]);
    await eventually("the spares", () => childrenOf(server.pid).length === spares);
    const clients = await connect(server, DESCRIPTORS);
    await server.logged(/ ERROR +too many connections \(raise ulimit -n\)/);
    expect(descriptorsOf(server.pid)).toBeLessThan(DESCRIPTORS);
    for (const client of clients) client.reset();
    await eventually("their end", () => descriptorsOf(server.pid) < DESCRIPTORS / 2 + spares);
    using client = await RawClient.open(server);
    client.text("hello");
    expect(await client.line()).toBe("hello");
  },
);

test.skipIf(noPrlimit)(
  "programs beside connections: those for which there would be no pipes are not begun",
  async () => {
    using directory = new TestDirectory();
    const gate = gateOption(directory, "sleep 600");
    const words = ["--gate-timeout=1m", gate, "cat"];
    await using server = await startServer(words, { program });
    const before = descriptorsOf(server.pid);
    const count = DESCRIPTORS / 2;
    const clients = await connect(server, count);
    await eventually("all of them", () => descriptorsOf(server.pid) === before + count);
    for (const client of clients) client.write(requestHead());
    const refused = () => server.matching(/ REFUSED .* status=503 /).length;
    await eventually("all answers", () => childrenOf(server.pid).length + refused() >= count);
    expect(server.matching(/ is broken/)).toEqual([]);
    expect(descriptorsOf(server.pid)).toBeLessThan(DESCRIPTORS);
    for (const client of clients) client.reset();
    await eventually("their end", () => descriptorsOf(server.pid) <= before);
  },
);
