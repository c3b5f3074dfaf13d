// deploy/nginx.conf: three nodes behind the real nginx, which asks for no /readyz, restarted and killed while clients are there.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, type CertificatePaths } from "../support/certificates.ts";
import { replaced } from "../support/document-blocks.ts";
import { missing } from "../support/missing-peer.ts";
import { noNginx, startNginx, type RealProxy } from "../support/real-proxies.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { SteadyClients } from "../support/steady-clients.ts";
import { commandOf, deployed, NODE_NAMES, ThreeNodes } from "../support/three-nodes.ts";
import { PUBLIC_HOST, visit } from "../support/visitor.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const noOpenssl = missing("openssl", Bun.which("openssl") !== null);
const CLOSE = ["--drain-timeout=500ms", "--drain-code=1012"];
const CLIENTS = 24;
const MANY = 40 * CLIENTS;

describe.skipIf(noNginx || noOpenssl)("nginx", () => {
  const directory = new TestDirectory();
  let pair: CertificatePaths;

  beforeAll(() => {
    pair = selfSigned(directory, "own", ["DNS:localhost"]);
  });
  afterAll(() => directory[Symbol.dispose]());

  /** With the file itself, but for where things are. */
  function startBefore(nodes: ThreeNodes): RealProxy {
    return startNginx(directory, (address) =>
      replaced(deployed("nginx.conf"), [
        ["listen 443 ", `listen ${address} `],
        ["/etc/nginx/websockd.crt", pair.certificate],
        ["/etc/nginx/websockd.key", pair.key],
        ...nodes.places,
      ]),
    );
  }

  function startNodes(...more: string[]): Promise<ThreeNodes> {
    return ThreeNodes.start({ options: commandOf(deployed("nginx.conf")), more });
  }

  test.concurrent(
    "a rolling restart: clients are told, and know what was not answered",
    async () => {
      await using nodes = await startNodes(...CLOSE);
      await using proxy = startBefore(nodes);
      const url = `wss://127.0.0.1:${proxy.port}/`;
      await using clients = new SteadyClients({ url, count: CLIENTS, conversation: 100 });
      await clients.settled();
      for (const name of NODE_NAMES) await clients.hasSessions(name);
      for (const name of NODE_NAMES) {
        const node = nodes.server(name);
        node.signal("SIGTERM");
        expect(await node.exited()).toBe(0);
        await nodes.begin(name);
        await clients.hasSessions(name); // else nginx might know of no node that is there
      }
      await clients.goOn(MANY);
      await clients.stop();
      const { endings, failures, wrong } = clients.seen;
      expect({ failures, wrong }).toEqual({ failures: [], wrong: [] });
      expect(new Set(endings.map(({ code }) => code))).toEqual(new Set([1000, 1012]));
      const told = endings.filter(({ code }) => code === 1012);
      expect(new Set(told.map(({ node }) => node))).toEqual(new Set(NODE_NAMES));
    },
  );

  test.concurrent(
    "of a node that is killed the sessions are cut, and no others; they come back to the two",
    async () => {
      await using nodes = await startNodes();
      await using proxy = startBefore(nodes);
      await nodes.knowTheirClients(proxy.port, "https");
      const url = `wss://127.0.0.1:${proxy.port}/`;
      await using clients = new SteadyClients({ url, count: CLIENTS, conversation: Infinity });
      await clients.settled();
      const lost = clients.sessions.get("node3")!;
      expect(lost).toBeGreaterThan(0);
      await nodes.server("node3").crash();
      await clients.ended(lost);
      await clients.settled();
      await clients.goOn(MANY);
      const { endings, failures, wrong } = clients.seen;
      expect({ failures, wrong }).toEqual({ failures: [], wrong: [] });
      expect(endings.map(({ node, code }) => ({ node, code }))).toEqual(
        Array.from({ length: lost }, () => ({ node: "node3", code: 1006 })),
      );
      for (const name of ["node1", "node2"]) expect(clients.sessions.get(name)).toBe(CLIENTS / 2);
    },
  );

  test.concurrent("nodes that are full say so, each time", async () => {
    await using nodes = await startNodes("--maxforks=1");
    await using proxy = startBefore(nodes);
    const ask = () => visit(proxy.port, { serverName: PUBLIC_HOST, fields: [] });
    const statusOf = async () => {
      await using guest = await ask();
      return guest.head.split(" ")[1];
    };
    await using stack = new AsyncDisposableStack();
    for (const _ of NODE_NAMES) {
      const guest = stack.use(await ask());
      expect(guest.head).toStartWith("HTTP/1.1 101 ");
    }
    for (let i = 0; i < 4; i++) expect(await statusOf()).toBe("429");
  });
});
