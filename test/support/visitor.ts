// A client that comes to a proxy from an address of its own, and what the program behind it sees of it.

import { RawClient } from "./raw-client.ts";
import { requestHead } from "./raw-handshake.ts";
import { startRelay, type RelayOptions } from "./relay.ts";
import { seenVariables } from "./seen-variables.ts";

/** No address of a proxy's: those are 127.0.0.1. */
export const VISITOR = "127.0.0.2";
/** The Host that it asks for. */
export const PUBLIC_HOST = "websockd.test";

/** What a client can say of itself, in all the fields that anybody believes. */
export const SPOOFED = [
  "X-Forwarded-For: 203.0.113.9",
  "X-Forwarded-Proto: gopher",
  "X-Forwarded-Host: spoofed.test",
  "Forwarded: for=203.0.113.9;proto=gopher;host=spoofed.test",
  "X-Real-IP: 203.0.113.9",
];

export interface Visit extends AsyncDisposable {
  readonly client: RawClient;
  /** Of the answer. */
  readonly head: string;
}

/** Asks for a WebSocket at the proxy on that port. */
export async function visit(
  port: number,
  options: RelayOptions & { readonly fields?: readonly string[] } = {},
): Promise<Visit> {
  const { fields = [], ...way } = options;
  const relay = await startRelay(port, { from: VISITOR, ...way });
  const client = await RawClient.connect(relay.port);
  client.write(requestHead({ fields }).replace("Host: localhost", `Host: ${PUBLIC_HOST}`));
  return {
    client,
    head: await client.head(),
    async [Symbol.asyncDispose]() {
      client.reset();
      await relay[Symbol.asyncDispose]();
    },
  };
}

/** The variables of the program, `env`, that serves a visit. */
export async function variablesSeen(
  ...of: Parameters<typeof visit>
): Promise<Record<string, string>> {
  await using guest = await visit(...of);
  if (!guest.head.startsWith("HTTP/1.1 101 ")) throw new Error(`no 101: ${guest.head}`);
  return Object.fromEntries(await seenVariables(guest.client));
}
