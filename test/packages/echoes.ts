// A client that a server echoes to.

import { expect } from "bun:test";
import { RawClient } from "../support/raw-client.ts";

/** Opens a WebSocket, has a line echoed, and closes. */
export async function echoes(server: { readonly port: number }): Promise<void> {
  using client = await RawClient.open(server);
  client.text("from the package");
  expect(await client.line()).toBe("from the package");
  client.close(1000);
  expect((await client.farewell()).code).toBe(1000);
}
