// Prints what the kernel's functions take, beside their plain twins.
// Usage: bun bench/micro/main.ts [unmask|unframe|enframe|utf8|deflate ...]

import { benchDeflate } from "./deflate.ts";
import { benchEnframe } from "./enframe.ts";
import { benchUnframe } from "./unframe.ts";
import { benchUnmask } from "./unmask.ts";
import { benchUtf8 } from "./utf8.ts";

const BENCHES = {
  unmask: benchUnmask,
  unframe: benchUnframe,
  enframe: benchEnframe,
  utf8: benchUtf8,
  deflate: benchDeflate,
};

const wanted = Bun.argv.slice(2);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
