// What --admin of a server tells: its address, and its metrics as numbers by name and labels.

import type { TestServer } from "./server.ts";

/** `http://127.0.0.1:PORT/`. */
export async function adminUrl(server: TestServer): Promise<string> {
  const line = await server.logged(/^websockd is watched at /);
  return line.split(" ").at(-1)!;
}

/** Each sample by its name with its labels, as it is written. */
export async function metrics(server: TestServer): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${await adminUrl(server)}metrics`);
  const lines = (await response.text()).split("\n").filter((line) => /^[^#]/.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** By how much each sample grew, of those that changed; what the process takes and how long things took left out. */
export function growth(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  const grown = [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(
    grown.filter(([name, by]) => by !== 0 && !/^process_|_bucket|_seconds_sum/.test(name)),
  );
}
