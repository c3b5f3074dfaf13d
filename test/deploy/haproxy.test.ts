// deploy/haproxy.cfg and haproxy-by-path.cfg: three nodes behind the real haproxy, restarted and killed while clients are there.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned } from "../support/certificates.ts";
import { replaced } from "../support/document-blocks.ts";
import { ask, serverStatuses } from "../support/haproxy-status.ts";
import { missing } from "../support/missing-peer.ts";
import { HAPROXY_BIND, noHaproxy, startHaproxy, type RealProxy } from "../support/real-proxies.ts";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { firstLine, SteadyClients } from "../support/steady-clients.ts";
import { commandOf, deployed, NODE_NAMES, ThreeNodes } from "../support/three-nodes.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const noOpenssl = missing("openssl", Bun.which("openssl") !== null);
/** Who ends by itself has all the time for it that it needs here. */
const FINISH = ["--drain=finish", "--drain-timeout=10m"];
/** The proxy, and where it says what it holds of the nodes. */
type Before = Pick<RealProxy, "port"> & AsyncDisposable & { readonly status: string };

const CLIENTS = 24;
/** Of all clients together: enough that all of them have gone on. */
const MANY = 40 * CLIENTS;

describe.skipIf(noHaproxy || noOpenssl)("haproxy", () => {
  const directory = new TestDirectory();
  let pem: string;

  beforeAll(() => {
    selfSigned(directory, "own", ["DNS:localhost"]);
    pem = directory.write("both.pem", directory.read("own.crt") + directory.read("own.key"));
  });
  afterAll(() => directory[Symbol.dispose]());

  /** With the file itself, but for where things are; when all nodes are up to it. */
  async function startBefore(nodes: ThreeNodes, file: string): Promise<Before> {
    const status = directory.file(`${nodes.port}.sock`);
    const isRoot = process.getuid?.() === 0;
    const text = replaced(deployed(file), [
      ["bind :443 ", `${HAPROXY_BIND} `],
      ["/etc/haproxy/websockd.pem", pem],
      ["/run/haproxy/admin.sock mode 660", `${status} mode 660`],
      ["check port 9091 ", `check port ${nodes.healthPort} `],
      ...nodes.places,
      // Who is not root cannot become another.
      ...(isRoot ? [] : [["    user haproxy\n    group haproxy\n", ""] as const]),
    ]);
    await using cleanUp = new AsyncDisposableStack();
    const { port } = cleanUp.use(startHaproxy(directory, text));
    await allUp(status);
    const kept = cleanUp.move();
    return { port, status, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }

  function startNodes(file: string, ...more: string[]): Promise<ThreeNodes> {
    return ThreeNodes.start({ options: commandOf(deployed(file)), more });
  }

  async function allUp(status: string): Promise<void> {
    const look = async () => {
      for (;;) {
        const words = Object.values(await serverStatuses(status, "nodes").catch(() => ({})));
        if (words.length > 0 && words.every((word) => word === "UP")) return;
        await Bun.sleep(20);
      }
    };
    await within("all nodes are up", look());
  }

  test.concurrent("a rolling restart: clients that end by themselves lose nothing", async () => {
    await using nodes = await startNodes("haproxy.cfg", ...FINISH);
    await using proxy = await startBefore(nodes, "haproxy.cfg");
    const url = `wss://127.0.0.1:${proxy.port}/`;
    await using clients = new SteadyClients({ url, count: CLIENTS, conversation: 100 });
    await clients.settled();
    for (const name of NODE_NAMES) {
      await clients.hasSessions(name);
      const node = nodes.server(name);
      node.signal("SIGTERM");
      expect(await node.exited()).toBe(0);
      await nodes.begin(name);
      await allUp(proxy.status);
    }
    await clients.goOn(MANY);
    await clients.stop();
    const { endings, failures, wrong } = clients.seen;
    expect({ failures, wrong }).toEqual({ failures: [], wrong: [] });
    expect(endings.filter(({ code, unanswered }) => code !== 1000 || unanswered > 0)).toEqual([]);
    expect(new Set(endings.map(({ node }) => node))).toEqual(new Set(NODE_NAMES));
  });

  test.concurrent(
    "of a node that is killed the sessions are cut, and no others; they come back to the two",
    async () => {
      await using nodes = await startNodes("haproxy.cfg");
      await using proxy = await startBefore(nodes, "haproxy.cfg");
      await nodes.knowTheirClients(proxy.port, "https");
      const url = `wss://127.0.0.1:${proxy.port}/`;
      await using clients = new SteadyClients({ url, count: CLIENTS, conversation: Infinity });
      await clients.settled();
      const before = clients.sessions;
      expect([...before.keys()].toSorted()).toEqual([...NODE_NAMES]);
      const lost = before.get("node2")!;
      await nodes.server("node2").crash();
      await clients.ended(lost);
      await clients.settled();
      await clients.goOn(MANY);
      const { endings, failures, wrong } = clients.seen;
      expect({ failures, wrong }).toEqual({ failures: [], wrong: [] });
      expect(endings.map(({ node, code }) => ({ node, code }))).toEqual(
        Array.from({ length: lost }, () => ({ node: "node2", code: 1006 })),
      );
      // Who has the fewest gets the next: each of the two has its half.
      for (const name of ["node1", "node3"]) expect(clients.sessions.get(name)).toBe(CLIENTS / 2);
      // By hand: it keeps those it has, and gets no more.
      await ask(proxy.status, "set server nodes/node1 state drain");
      for (let i = 0; i < 4; i++) expect(await firstLine(url)).toBe("node3");
      await clients.goOn(MANY);
      expect(clients.sessions.get("node1")).toBe(CLIENTS / 2);
    },
  );

  test.concurrent(
    "a path stays on its node, and when that is gone, none of the others' moves",
    async () => {
      const file = "haproxy-by-path.cfg";
      await using nodes = await startNodes(file);
      await using proxy = await startBefore(nodes, file);
      await nodes.knowTheirClients(proxy.port, "https");
      const paths = Array.from({ length: 24 }, (_, i) => `/room/${i}`);
      const nodesOf = async (query = "") => {
        const first = paths.map((path) =>
          firstLine(`wss://127.0.0.1:${proxy.port}${path}${query}`),
        );
        return within("the nodes of the paths", Promise.all(first));
      };
      const before = await nodesOf();
      expect(new Set(before)).toEqual(new Set(NODE_NAMES));
      expect(await nodesOf("?again=1")).toEqual(before);
      await nodes.server("node1").crash();
      const after = await nodesOf();
      expect(after).not.toContain("node1");
      expect(after.filter((_, i) => before[i] !== "node1")).toEqual(
        before.filter((node) => node !== "node1"),
      );
    },
  );
});
