// Talks to a program of examples/ by its stdin and stdout alone.

import { join } from "node:path";
import { expect } from "bun:test";
import { EXAMPLES_DIRECTORY } from "./running-example.ts";
import { within } from "./server-deadline.ts";

/** The path of an example's program. */
export function at(path: string): string {
  return join(EXAMPLES_DIRECTORY, path);
}

/** What a program writes for this input, line by line. It must exit with 0 by itself and say nothing on stderr. */
export async function answers(
  command: readonly string[],
  input: string | Uint8Array,
): Promise<string[]> {
  const child = Bun.spawn([...command], {
    stdin: new Blob([input as string]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const texts = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const [stdout, stderr] = await within(`the end of ${command.join(" ")}`, texts);
  expect(stderr).toBe("");
  expect(await child.exited).toBe(0);
  return stdout.split("\n").slice(0, -1);
}

/** Asks one line at a time, each behind the answer to the one before: so it is known that the program flushes. */
export async function converse(
  command: readonly string[],
  lines: readonly string[],
): Promise<string[]> {
  const child = Bun.spawn([...command], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const heard: string[] = [];
  for (const line of lines) {
    child.stdin.write(`${line}\n`);
    await child.stdin.flush();
    let answer = "";
    while (!answer.endsWith("\n")) {
      const { value } = await within(`the answer to ${line}`, reader.read());
      answer += new TextDecoder().decode(value);
    }
    heard.push(answer.trimEnd());
  }
  await child.stdin.end();
  expect(await within("its end", child.exited)).toBe(0);
  return heard;
}

/** What no program takes: bytes that are no text, NUL, controls, quotes for JSON and shells, and words of neither. */
export const NASTY = [
  "",
  " ",
  "\u0000",
  "\u001b[2J",
  '"\\',
  "'; exit 3; '",
  "$(exit 3)",
  "%s%n%d",
  "-1 -1",
  "constructor",
  "__proto__",
  "9".repeat(400),
  "é".repeat(300),
];
export const BYTES = Uint8Array.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]);
