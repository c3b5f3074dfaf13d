// What a program saw in its environment, told by `env` as the program.

import type { RawClient } from "./raw-client.ts";

/** Of a client whose program is `env`: by name, as the messages up to its end have them. */
export async function seenVariables(client: RawClient): Promise<ReadonlyMap<string, string>> {
  const { messages } = await client.settle();
  return variablesIn(messages.map((message) => Buffer.from(message).toString()).join("\n"));
}

export function variablesIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").filter((line) => line.includes("="));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
