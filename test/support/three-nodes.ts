// Three real servers that stand for three machines: each at an address of its own, on the same two ports.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./server-deadline.ts";
import { startServer, type TestServer } from "./server.ts";
import { PUBLIC_HOST, SPOOFED, visit, VISITOR } from "./visitor.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");
/** Where the configurations have them, and where they are here: Linux has all of 127.0.0.0/8. */
const NODES = [
  { name: "node1", documented: "10.0.0.11", address: "127.0.0.11" },
  { name: "node2", documented: "10.0.0.12", address: "127.0.0.12" },
  { name: "node3", documented: "10.0.0.13", address: "127.0.0.13" },
] as const;
type Name = (typeof NODES)[number]["name"];
export const NODE_NAMES: readonly Name[] = NODES.map(({ name }) => name);

/** The text of a file in deploy/. */
export function deployed(file: string): string {
  return readFileSync(join(DEPLOY, file), "utf8");
}

/** The options of the nodes' command, which each configuration has in its first comment. */
export function commandOf(configuration: string): string[] {
  const comment = configuration.replaceAll(/ \\\n#\s+/g, " ");
  const [, options] = /^#\s+websockd (.*) PROGRAM$/m.exec(comment) ?? [];
  if (options === undefined) throw new Error(`no command of nodes in:\n${configuration}`);
  return options.split(" ");
}

export interface ThreeNodesOptions {
  /** As `commandOf` has them. */
  readonly options: readonly string[];
  /** Further ones. */
  readonly more?: readonly string[];
}

export class ThreeNodes implements AsyncDisposable {
  readonly port: number;
  readonly healthPort: number;
  readonly #options: ThreeNodesOptions;
  readonly #servers = new Map<Name, TestServer>();

  private constructor(options: ThreeNodesOptions) {
    [this.port, this.healthPort] = freePorts();
    this.#options = options;
  }

  static async start(options: ThreeNodesOptions): Promise<ThreeNodes> {
    const nodes = new ThreeNodes(options);
    await Promise.all(NODE_NAMES.map((name) => nodes.begin(name)));
    return nodes;
  }

  /** What a configuration must have in the place of what it has: addresses and ports. */
  get places(): readonly (readonly [old: string, now: string])[] {
    return NODES.map(({ documented, address }) => [
      `${documented}:8080`,
      `${address}:${this.port}`,
    ]);
  }

  server(name: Name): TestServer {
    return this.#servers.get(name)!;
  }

  /** Starts it, anew when it has ended. */
  async begin(name: Name): Promise<void> {
    const { address } = NODES.find((node) => node.name === name)!;
    const { options, more = [] } = this.#options;
    const places: Readonly<Record<string, string>> = {
      "--port=8080": `--port=${this.port}`,
      "--health=0.0.0.0:9091": `--health=${address}:${this.healthPort}`,
      "--trusted-proxy=10.0.0.10": "--trusted-proxy=127.0.0.1",
    };
    const words = [...options.map((option) => places[option] ?? option), ...more];
    const program = ["sh", "-c", `echo ${name}; exec cat`];
    const addresses = [`--address=${address}`];
    this.#servers.set(name, await startServer([...words, ...program], { addresses }));
  }

  /**
   * A page of the proxy's own host opens a session, and another's cannot; the client is who it is, whatever it says of
   * itself. Throws where that is not so.
   */
  async knowTheirClients(port: number, scheme: "http" | "https"): Promise<void> {
    const way = scheme === "https" ? { serverName: PUBLIC_HOST } : {};
    const ask = async (origin: string): Promise<string> => {
      const fields = [...SPOOFED, `Origin: ${origin}`];
      await using guest = await visit(port, { ...way, fields });
      return guest.head.split(" ")[1]!;
    };
    const own = await ask(`${scheme}://${PUBLIC_HOST}`);
    const other = await ask(`${scheme}://spoofed.test`);
    if (own !== "101" || other !== "403") throw new Error(`own ${own}, other ${other}`);
    const servers = [...this.#servers.values()];
    const known = new RegExp(` CONNECT .* peer=${VISITOR}(?::[0-9]+)? host=${PUBLIC_HOST} `);
    const isKnown = () => servers.some((server) => server.matching(known).length > 0);
    await eventually("a session of the visitor's own", isKnown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.values()) if (server.running) await server.crash();
  }
}

/** Two that are free at each of the addresses. */
function freePorts(): [number, number] {
  const listen = (hostname: string, port: number) =>
    Bun.listen({ hostname, port, reusePort: false, socket: { data() {} } });
  const free = (): number => {
    for (;;) {
      const [first, ...others] = NODES.map(({ address }) => address);
      const held = [listen(first!, 0)];
      const { port } = held[0]!;
      try {
        for (const address of others) held.push(listen(address, port));
        return port;
      } catch {
        // Somebody has it at another of them.
      } finally {
        for (const listener of held) listener.stop(true);
      }
    }
  };
  return [free(), free()];
}
