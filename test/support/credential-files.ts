// Files of passwords and tokens, made as an operator makes them, but cheap to verify.

import { createHash } from "node:crypto";
import type { TestDirectory } from "./server-directory.ts";

/** The least that bcrypt knows: 1 ms. */
const COST = 4;

/** A line of --basic-auth-file. */
export async function passwordLine(name: string, password: string): Promise<string> {
  return `${name}:${await Bun.password.hash(password, { algorithm: "bcrypt", cost: COST })}\n`;
}

/** A line of --bearer-file. */
export function tokenLine(name: string, token: string): string {
  return `${name}:${createHash("sha256").update(token).digest("hex")}\n`;
}

/** Writes a file that only its owner reads, and returns its path. */
export function secretFile(directory: TestDirectory, name: string, ...lines: string[]): string {
  return directory.write(name, lines.join(""), 0o600);
}

/** The value of Authorization. */
export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}
