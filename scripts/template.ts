// A file with what stands for the parts that are put into it: @NAME@.

import { readFileSync } from "node:fs";

/** Throws when a part has no place, or a place no part. */
export function filled(path: string, parts: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const whole = readFileSync(path, "utf8").replaceAll(/@([A-Z]+)@/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`${path}: nothing for @${name}@`);
    used.add(name);
    return part;
  });
  const unused = Object.keys(parts).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`${path}: no place for ${unused.join(", ")}`);
  return whole;
}
