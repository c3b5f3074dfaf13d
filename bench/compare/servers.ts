// The servers that are compared, each with `cat` as its program: how it starts, and how it tells that it listens.
import { endChild, startChild, type Child } from "./children.ts";

/** A server that does not listen after this long never will. */
const START_WAIT_MS = 10_000;
const CONNECT_RETRY_MS = 20;
const MAIN = `${import.meta.dir}/../../src/main.ts`;
const ANNOUNCED = /ws:\/\/127\.0\.0\.1:\d+\//;

export type RunningServer = { readonly url: string; readonly pid: number; stop(): Promise<void> };

export type Server = {
  readonly name: "websockd" | "websocketd" | "floor";
  /** Rejects when it cannot be started or does not listen in time. */
  start(): Promise<RunningServer>;
};

const websockd: Server = {
  name: "websockd",
  async start() {
    const command = [process.execPath, MAIN, "--port=0", "--address=127.0.0.1", "cat"];
    const child = startChild(command, "ignore");
    return running(child, await announcedUrl(child));
  },
};

const websocketd: Server = {
  name: "websocketd",
  start: () =>
    startOnPort((port) => ["websocketd", `--port=${port}`, "--address=127.0.0.1", "cat"]),
};

/** `floorPath` is a program that takes PORT COMMAND: what the job costs with no checks at all. */
export async function installedServers(floorPath: string | undefined): Promise<Server[]> {
  const servers: Server[] = [];
  if (await Bun.file(MAIN).exists()) servers.push(websockd);
  else process.stderr.write("websockd is left out: there is no src/main.ts\n");
  if (Bun.which("websocketd") !== null) servers.push(websocketd);
  else process.stderr.write("websocketd is left out: not installed (apt-get install websocketd)\n");
  if (floorPath !== undefined) {
    const start = () => startOnPort((port) => [floorPath, String(port), "cat"]);
    servers.push({ name: "floor", start });
  }
  return servers;
}

function running(child: Child<"ignore">, url: string): RunningServer {
  return { url, pid: child.pid, stop: () => endChild(child) };
}

/** Reads standard error to its end, so that the server never waits for a reader. */
async function announcedUrl(child: Child<"ignore">): Promise<string> {
  const found = Promise.withResolvers<string>();
  const deadline = setTimeout(() => {
    found.reject(new Error(`websockd announced no address within ${START_WAIT_MS} ms`));
    child.kill("SIGKILL");
  }, START_WAIT_MS);
  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    let announced = false;
    for await (const chunk of child.stderr) {
      if (announced) continue;
      text += decoder.decode(chunk, { stream: true });
      const url = ANNOUNCED.exec(text)?.[0];
      announced = url !== undefined;
      if (url !== undefined) found.resolve(url);
    }
    found.reject(new Error(`websockd ended before it listened: ${text.trim()}`));
  }
  void read().catch((error: unknown) => found.reject(error));
  return found.promise.finally(() => clearTimeout(deadline));
}

async function startOnPort(command: (port: number) => string[]): Promise<RunningServer> {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  const argv = command(port);
  const child = startChild(argv, "ignore");
  void child.stderr.pipeTo(new WritableStream());
  const until = performance.now() + START_WAIT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode === null && performance.now() < until) {
      await Bun.sleep(CONNECT_RETRY_MS);
      continue;
    }
    await endChild(child);
    throw new Error(`"${argv.join(" ")}" does not listen`);
  }
  return running(child, `ws://127.0.0.1:${port}/`);
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}
