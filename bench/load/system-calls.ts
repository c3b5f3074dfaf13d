// Counts the system calls of a process with `strace -c`, which slows it down.
import { readdirSync } from "node:fs";
import type { Subprocess } from "bun";

/** strace says when it is attached, and its summary comes soon after it is told to end. */
const WAIT_MS = 10_000;
/** A line of its table: percent, seconds, microseconds a call, calls, maybe errors, and the call's name. */
const ROW = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)\s*$/gm;

/** All calls of a summary; undefined when it has none. The line "total" is not the same in each version of strace. */
export function callsIn(summary: string): number | undefined {
  const rows = [...summary.matchAll(ROW)].filter(([, , name]) => name !== "total");
  if (rows.length === 0) return undefined;
  return rows.reduce((sum, [, calls]) => sum + Number(calls), 0);
}

export class SystemCallTrace {
  readonly #child: Subprocess<"ignore", "ignore", "pipe">;
  readonly #text: Promise<string>;

  private constructor(child: Subprocess<"ignore", "ignore", "pipe">, text: Promise<string>) {
    this.#child = child;
    this.#text = text;
  }

  /** Traces the threads that `pid` has now, and no process that it starts. Rejects where there is no strace. */
  static async start(pid: number): Promise<SystemCallTrace> {
    const threads = readdirSync(`/proc/${pid}/task`).flatMap((thread) => ["-p", thread]);
    const child = Bun.spawn(["strace", "-c", ...threads], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const attached = Promise.withResolvers<void>();
    const text = readAll(child.stderr, (sofar) => {
      if (sofar.split(" attached").length > threads.length / 2) attached.resolve();
    });
    const late = setTimeout(() => child.kill("SIGKILL"), WAIT_MS);
    const ended = text.then((said) => {
      throw new Error(`strace ended before it was attached: ${said.trim()}`);
    });
    await Promise.race([attached.promise, ended]).finally(() => clearTimeout(late));
    ended.catch(() => {}); // from here on its end is what is wanted
    return new SystemCallTrace(child, text);
  }

  /** Detaches; the calls of all threads, or undefined when strace did not say. */
  async end(): Promise<number | undefined> {
    this.#child.kill("SIGINT");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), WAIT_MS);
    const summary = await this.#text;
    clearTimeout(late);
    return callsIn(summary);
  }
}

async function readAll(
  stream: ReadableStream<Uint8Array>,
  onText: (sofar: string) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    onText(text);
  }
  return text;
}
