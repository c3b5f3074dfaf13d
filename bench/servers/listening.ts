// How a server that was started tells where it listens: by a line on stderr, or by listening on the port that it was given.
import { readFileSync } from "node:fs";
import { endChild, startChild, type Child, type ChildOptions } from "./children.ts";
import type { RunningServer } from "./server.ts";

/** A server that does not listen after this long never will. */
const START_WAIT_MS = 10_000;
const LOOK_MS = 5;
const ANNOUNCED = /wss?:\/\/127\.0\.0\.1:\d+\//;
/** More of it is not kept for the message of a failure. */
const STDERR_LENGTH_MAX = 4096;

type Env = Pick<ChildOptions<"ignore">, "env">;

/** The server takes any port, and says on stderr which: `ws://127.0.0.1:PORT/`. */
export async function startAnnounced(
  command: readonly string[],
  options: Env = {},
): Promise<RunningServer> {
  const child = startChild(command, { stdout: "ignore", ...options });
  return running(child, await announcedUrl(child, command));
}

/** The server takes the port that it is told: one that was free a moment before. */
export async function startOnPort(
  command: (port: number) => readonly string[],
  scheme = "ws",
): Promise<RunningServer> {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  const argv = command(port);
  const child = startChild(argv, { stdout: "ignore" });
  const said = firstOf(child.stderr);
  const until = performance.now() + START_WAIT_MS;
  while (!isListening(port)) {
    if (child.exitCode === null && child.signalCode === null && performance.now() < until) {
      await Bun.sleep(LOOK_MS);
      continue;
    }
    await endChild(child);
    throw new Error(`"${argv.join(" ")}" does not listen: ${await said}`);
  }
  return running(child, `${scheme}://127.0.0.1:${port}/`);
}

function running(child: Child<"ignore">, url: string): RunningServer {
  return { url, pid: child.pid, stop: () => endChild(child) };
}

async function announcedUrl(child: Child<"ignore">, command: readonly string[]): Promise<string> {
  const found = Promise.withResolvers<string>();
  const deadline = setTimeout(() => child.kill("SIGKILL"), START_WAIT_MS);
  void firstOf(child.stderr, (text) => {
    const url = ANNOUNCED.exec(text)?.[0];
    if (url !== undefined) found.resolve(url);
  }).then((text) => {
    const seconds = START_WAIT_MS / 1e3;
    const what = `"${command.join(" ")}" did not say within ${seconds} s where it listens`;
    found.reject(new Error(`${what}: ${text.trim()}`));
  });
  return found.promise.finally(() => clearTimeout(deadline));
}

/** Reads the stream to its end, so that the server never waits for a reader; keeps what came first. */
async function firstOf(
  stream: ReadableStream<Uint8Array>,
  onText: (sofar: string) => void = () => {},
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    if (text.length >= STDERR_LENGTH_MAX) continue;
    text += decoder.decode(chunk, { stream: true });
    onText(text);
  }
  return text;
}

/**
 * Asked of the kernel (proc(5), /proc/net/tcp), not by connecting: after a refused Bun.connect, Bun 1.4.5 at times loses
 * the end of another stream of the same process; and a server would start a program for the connection.
 */
function isListening(port: number): boolean {
  const LISTEN = "0A";
  const local = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = readFileSync("/proc/net/tcp", "latin1") + readFileSync("/proc/net/tcp6", "latin1");
  return new RegExp(`:${local} [0-9A-F]+:0000 ${LISTEN} `).test(rows);
}
