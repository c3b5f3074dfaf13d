// What all tests of packages share: a release, built once, and a small Debian, made once.

import { missing } from "../support/missing-peer.ts";
import { Built } from "./built.ts";
import { DebianRoot } from "./debian-root.ts";

/** Where the formula has its files fetched from. */
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: serve });
const noRoot =
  missing("a user who may make a Debian below a directory", process.getuid?.() === 0) ||
  missing("debootstrap", Bun.which("debootstrap") !== null);

/** `debian` is null where none can be made. */
export const [built, debian] = await Promise.all([
  Built.all(server.url.href),
  noRoot ? null : DebianRoot.install().catch(withoutDebian),
]);

/** Where they are not needed any more. */
export async function clearAway(): Promise<void> {
  built[Symbol.dispose]();
  debian?.[Symbol.dispose]();
  await server.stop(true);
}

/** A machine without a network can test the rest. */
function withoutDebian(error: Error): null {
  if (process.env["CI"] === "true") throw error;
  missing(`what debootstrap needs (${error.message})`, false);
  return null;
}

function serve(request: Request): Response {
  const name = new URL(request.url).pathname.slice(1);
  if (!/^[\w.-]+$/.test(name)) return Response.error();
  return new Response(Bun.file(`${built.path}/${name}`));
}
