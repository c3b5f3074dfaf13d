// Debian's websocketd, against which websockd is held.

/** Null, with a line that says so, where it is not installed; in CI it must be. */
export const WEBSOCKETD: string | null = find();

function find(): string | null {
  const path = Bun.which("websocketd");
  if (path !== null) return path;
  const remedy = "websocketd is missing: apt-get install websocketd";
  if (process.env["CI"] === "true") throw new Error(remedy);
  console.log(`skipped: the comparison with websocketd (${remedy})`);
  return null;
}
