// What --health of a server tells: where it is.

import type { TestServer } from "./server.ts";

/** `http://127.0.0.1:PORT/`. */
export async function healthUrl(server: TestServer): Promise<string> {
  const line = await server.logged(/^websockd tells of its health at /);
  return line.split(" ").at(-1)!;
}
