// RFC 1035 3.5: the name that belongs to an address, asked of the DNS.

import { reverse } from "node:dns/promises";

/** The address itself when it has no name, or none that comes in time. Never rejects. */
export async function lookupName(address: string, timeoutMs: number): Promise<string> {
  const { promise: late, resolve } = Promise.withResolvers<string[]>();
  const timer = setTimeout(() => resolve([]), timeoutMs);
  try {
    const names = await Promise.race([reverse(address), late]);
    return names[0]?.replace(/\.$/, "") ?? address;
  } catch {
    return address; // no such name, no server
  } finally {
    clearTimeout(timer);
  }
}
