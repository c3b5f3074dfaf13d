// inetd, with one service of its own.

import type { TestDirectory } from "./server-directory.ts";
import { PROGRAM } from "./server.ts";
import { freePort, StartedProcess } from "./started-process.ts";

/** Debian's openbsd-inetd; it is not in everybody's PATH. */
export const INETD = "/usr/sbin/inetd";

/** Runs inetd with one service on a free port. */
export function inetd(
  directory: TestDirectory,
  wait: "wait" | "nowait",
  words: readonly string[],
): { port: number; process: StartedProcess } {
  const port = freePort();
  // Bun's userInfo() asks the environment, and may know of nobody.
  const username = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  const line = `127.0.0.1:${port} stream tcp ${wait} ${username} ${words.join(" ")}\n`;
  directory.write("inetd.conf", line);
  return { port, process: new StartedProcess([INETD, "-i", directory.file("inetd.conf")]) };
}

/** The program and its first words as a line of inetd.conf has them, argv[0] being `name`. */
export function called(name: string): string[] {
  const [bun = "", main = ""] = PROGRAM;
  return [bun, name, main];
}
