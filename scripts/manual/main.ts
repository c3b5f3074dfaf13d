// `bun run build:manual`: writes the man page and the shells' completions anew.

import { join } from "node:path";
import { MANUAL_FILES } from "./files.ts";

const ROOT = join(import.meta.dir, "../..");

for (const [path, make] of Object.entries(MANUAL_FILES)) {
  await Bun.write(join(ROOT, path), make());
  console.log(path);
}
