// deploy/Caddyfile: Debian's Caddy takes it as it is, and three nodes behind it are drained and killed.

import { existsSync } from "node:fs";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { replaced } from "../support/document-blocks.ts";
import { missing } from "../support/missing-peer.ts";
import { eventually } from "../support/server-deadline.ts";
import { isListening } from "../support/server-processes.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";
import { SteadyClients } from "../support/steady-clients.ts";
import { commandOf, deployed, NODE_NAMES, ThreeNodes } from "../support/three-nodes.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const CADDY = "/usr/bin/caddy";
const noCaddy = missing("caddy", existsSync(CADDY));
const CLIENTS = 12;
const MANY = 40 * CLIENTS;
/** No certificates of the world's, and nothing outside of the test's folder. */
const HERE = "{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}\n";

describe.skipIf(noCaddy)("Caddy", () => {
  test.concurrent("the file is as Caddy wants it", async () => {
    using directory = new TestDirectory();
    const file = directory.write("Caddyfile", deployed("Caddyfile"));
    for (const words of [
      ["validate", "--adapter", "caddyfile", "--config", file],
      ["fmt", "--diff", file],
    ]) {
      await using run = new StartedProcess([CADDY, ...words], { HOME: directory.path });
      const said = (await run.stdout) + (await run.stderr);
      expect([await run.child.exited, said.match(/^[-+].*/gm)], said).toEqual([0, null]);
    }
  });

  test.concurrent(
    "a node drains, another is killed, and only the sessions of that are cut",
    async () => {
      using directory = new TestDirectory();
      const configuration = deployed("Caddyfile");
      const more = ["--drain=finish", "--drain-timeout=10m"];
      await using nodes = await ThreeNodes.start({ options: commandOf(configuration), more });
      const port = freePort();
      const text = replaced(configuration, [
        ["\nexample.com {", `\nhttp://:${port} {`],
        ["health_port 9091", `health_port ${nodes.healthPort}`],
        ...nodes.places,
      ]);
      const file = directory.write("Caddyfile", HERE + text);
      const home = { HOME: directory.path };
      await using _ = new StartedProcess(
        [CADDY, "run", "--adapter", "caddyfile", "--config", file],
        home,
      );
      await eventually("Caddy listens", () => isListening(port));
      await nodes.knowTheirClients(port, "http");
      const url = `ws://127.0.0.1:${port}/`;
      await using clients = new SteadyClients({ url, count: CLIENTS, conversation: 100 });
      for (const name of NODE_NAMES) await clients.hasSessions(name);
      const leaving = nodes.server("node1");
      leaving.signal("SIGTERM");
      expect(await leaving.exited()).toBe(0);
      const { endings, failures, wrong } = clients.seen;
      expect(endings.filter(({ code, unanswered }) => code !== 1000 || unanswered > 0)).toEqual([]);
      await nodes.server("node2").crash();
      await clients.goOn(MANY);
      await clients.stop();
      expect({ failures, wrong }).toEqual({ failures: [], wrong: [] });
      const cut = endings.filter(({ code }) => code !== 1000);
      expect(cut.filter(({ node }) => node !== "node2")).toEqual([]);
    },
  );
});
