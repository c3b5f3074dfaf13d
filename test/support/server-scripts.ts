// CGI scripts for the tests: written, asked for, waited for.

import { eventually } from "./server-deadline.ts";
import type { TestDirectory } from "./server-directory.ts";
import { processes } from "./server-processes.ts";
import type { TestServer } from "./server.ts";

/** A command that writes the head of a document. */
export const TEXT_HEAD = "printf 'Content-Type: text/plain\\n\\n'";

/** Makes a script for sh, which says on stderr that it runs. */
export function writeScript(directory: TestDirectory, name: string, text: string): void {
  directory.write(name, `#!/bin/sh\necho "${name} runs" >&2\n${text}\n`, 0o755);
}

export function urlOf({ url }: TestServer, path: string): string {
  return `${url.replace("ws:", "http:")}${path}`;
}

/** The head of a POST. */
export function requestFor(path: string, ...fields: string[]): string {
  return [`POST /${path} HTTP/1.1`, "Host: h", ...fields, "", ""].join("\r\n");
}

/** Waits until the script runs, and returns its number, which is also that of its group. */
export async function scriptStarted(server: TestServer, name: string): Promise<number> {
  await server.logged(new RegExp(`${name} runs`));
  const line = await server.logged(new RegExp(`\\bCGI\\b.*${name}`));
  return Number(/ pid=(\d+)/.exec(line)?.[1]);
}

/** Waits until nothing of a process group lives. */
export async function groupGone(pid: number): Promise<void> {
  const lives = () => processes().some(({ group, state }) => group === pid && state !== "Z");
  await eventually(`the end of the group ${pid}`, () => !lives());
}
