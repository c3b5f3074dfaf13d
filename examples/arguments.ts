// `bun run example NAME [FILE] [--port=PORT]`: what is asked for, or what is wrong with it.

import { editDistance } from "../src/cli/words.ts";
import { EXAMPLES, type Example } from "./table.ts";

export interface Wanted {
  readonly name: string;
  readonly example: Example;
  readonly port: number;
  readonly file: string | null;
}

const DEFAULT_PORT = 8080;

export class UsageError extends Error {}

/** The list of examples, with how they are called. */
export function listed(): string {
  const width = Math.max(...Object.keys(EXAMPLES).map((name) => name.length));
  const rows = Object.entries(EXAMPLES).map(
    ([name, { about }]) => `  ${name.padEnd(width)}  ${about}`,
  );
  return [`bun run example NAME [--port=${DEFAULT_PORT}]`, "", ...rows].join("\n");
}

/** Throws a UsageError with the remedy. */
export function readArguments(words: readonly string[]): Wanted {
  const names: string[] = [];
  let port = DEFAULT_PORT;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const [, inline] = /^--?port(?:=(.*))?$/s.exec(word) ?? [null, null];
    if (inline !== null) port = readPort(inline ?? words[++i] ?? "");
    else if (word.startsWith("-") && word !== "-") {
      throw new UsageError(`There is no option ${word}, only --port=PORT.`);
    } else names.push(word);
  }
  const [name, file, ...more] = names;
  if (name === undefined) throw new UsageError("Which example?");
  const example = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name]! : null;
  if (example === null) throw new UsageError(`There is no example "${name}".${hint(name)}`);
  if (file !== undefined && !example.takesFile) {
    throw new UsageError(`The example ${name} takes nothing behind its name: "${file}".`);
  }
  if (more.length > 0) throw new UsageError(`One file is enough: "${more.join(" ")}" is too much.`);
  return { name, example, port, file: file ?? null };
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`"${text}" is no port: a number from 0 (takes any free one) to 65535.`);
}

/** The nearest name, when it is near at all: a few wrong letters, or a part of it. */
function hint(name: string): string {
  const nearest = Object.keys(EXAMPLES)
    .map((candidate) => ({ candidate, distance: editDistance(candidate, name) }))
    .toSorted((a, b) => a.distance - b.distance)[0]!;
  const part = Object.keys(EXAMPLES).find(
    (candidate) => name.length >= 3 && candidate.includes(name),
  );
  const isNear = nearest.distance <= (name.length > 2 ? 2 : 1);
  const meant = isNear ? nearest.candidate : part;
  return meant === undefined ? "" : ` Did you mean ${meant}?`;
}
