// Peers that a test needs and the machine may not have.

/** In CI a peer that is missing is a failure. */
export function missing(peer: string, isThere: boolean): boolean {
  if (isThere) return false;
  if (process.env["CI"] === "true") throw new Error(`CI has no ${peer}`);
  console.log(`skipped: ${peer} is not installed`);
  return true;
}
