// A file beside this one, with what stands for the generated parts: @NAME@.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Throws when a part has no place, or a place no part. */
export function filled(template: string, parts: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(import.meta.dir, template), "utf8");
  const used = new Set<string>();
  const whole = text.replaceAll(/@([A-Z]+)@/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`${template}: nothing for @${name}@`);
    used.add(name);
    return part;
  });
  const unused = Object.keys(parts).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`${template}: no place for ${unused.join(", ")}`);
  return whole;
}
