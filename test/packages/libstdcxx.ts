// A C++ library for musl, of the objects that glibc's compiler has: Debian has musl, but no such library for it.

import { missing } from "../support/missing-peer.ts";
import type { TestDirectory } from "../support/server-directory.ts";
import { succeed } from "./commands.ts";

const LOADER = "/lib/ld-musl-x86_64.so.1";

/** What those objects want of glibc and musl has not got; nothing in Bun comes there. */
const STANDS_FOR_GLIBC = `
char __libc_single_threaded = 0;
int getentropy(void *, unsigned long);
unsigned int arc4random(void) { unsigned int r = 0; getentropy(&r, sizeof r); return r; }
int _dl_find_object(void *address, void *result) { return -1; }
`;

/** Skips where there is no musl, or nothing to make the library with. */
export function noMusl(): boolean {
  const isThere = Bun.file(LOADER).size > 0;
  if (missing("musl", isThere)) return true;
  return missing("gcc", Bun.which("gcc") !== null) || missing("nm", Bun.which("nm") !== null);
}

/** Writes `libstdc++.so.6` with what `binary` asks of it; the directory is then for LD_LIBRARY_PATH. */
export async function makeLibrary(binary: string, directory: TestDirectory): Promise<void> {
  const symbols = (await succeed(["nm", "--dynamic", binary])).split("\n");
  const wanted = symbols
    .map((line) => line.split(" ").at(-1)!)
    .filter((name) => /^(?:_Z|__cxa|__gxx|_Unwind|__once|__dyn)/.test(name))
    .filter((name) => !/_finalize$|_atexit/.test(name));
  const [begin, library, unwinder, helpers, end] = await Promise.all(
    ["crtbeginS.o", "libstdc++.a", "libgcc_eh.a", "libgcc.a", "crtendS.o"].map(async (name) =>
      (await succeed(["gcc", `-print-file-name=${name}`])).trim(),
    ),
  );
  const source = directory.write("glibc.c", STANDS_FOR_GLIBC);
  const flags = ["-shared", "-nostdlib", "-fPIC", "-Wl,-soname,libstdc++.so.6"];
  const parts = ["-Wl,--allow-shlib-undefined", "-o", directory.file("libstdc++.so.6"), begin!];
  const roots = wanted.map((name) => `-Wl,-u,${name}`);
  const libraries = [library!, unwinder!, helpers!, end!];
  await succeed(["gcc", ...flags, ...parts, source, ...roots, ...libraries]);
}
