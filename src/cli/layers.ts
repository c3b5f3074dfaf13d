// What options are given besides the command line, place by place, and which of them count.

import type { RoutePath } from "../route-path.ts";
import type { Words } from "./words.ts";

export interface PlacedTexts {
  /** As they would stand on the command line, checked by the option's row. */
  readonly texts: readonly string[];
  /** For people: `environment WEBSOCKD_PORT`, or `/etc/websockd/config.toml:3`. */
  readonly source: string;
}

/** All that one place says: the environment, or a file. */
export interface Layer {
  readonly values: ReadonlyMap<string, PlacedTexts>;
  readonly command: PlacedTexts | null;
  /** In the order in which they are asked. */
  readonly routes: readonly RouteLayer[];
}

/** What a route says itself: its program or --dir, and options of its own. */
export interface RouteLayer extends Pick<Layer, "values" | "command"> {
  readonly path: RoutePath;
  /** Names that Host may have for it, and where that stands; null: any. */
  readonly hosts: PlacedTexts | null;
  /** For people: where it begins. */
  readonly source: string;
}

/** The words with what the places say besides. */
export interface PlacedWords extends Words {
  /** Of what the command line does not say, by the option's name; COMMAND has that for its name. */
  readonly sources: ReadonlyMap<string, string>;
}

export const COMMAND = "COMMAND";
/** The source of what stands there. */
export const COMMAND_LINE = "command line";

/** The command line goes first, then the layers in their order; the first that has an option has all of it. */
export function addLayers(words: Words, layers: readonly Layer[]): PlacedWords {
  const values = new Map(words.values);
  const sources = new Map<string, string>();
  let { command } = words;
  for (const layer of layers) {
    // COMMAND and --dir are one question: who answers it first has answered both.
    const isAnswered = command.length > 0 || (values.get("dir")?.at(-1) ?? "") !== "";
    for (const [name, { texts, source }] of layer.values) {
      if (values.has(name) || (name === "dir" && isAnswered)) continue;
      values.set(name, texts);
      sources.set(name, source);
    }
    if (layer.command === null || isAnswered) continue;
    command = layer.command.texts;
    sources.set(COMMAND, layer.command.source);
  }
  return { ...words, values, command, sources };
}

/** An error names options as the command line has them: those that stand elsewhere get their place. */
export function withSources(text: string, sources: ReadonlyMap<string, string>): string {
  const named = [...text.matchAll(/--([a-z][a-z0-9-]*)/g)].map((match) => match[1]!);
  if (/\bCOMMAND\b/.test(text)) named.push(COMMAND);
  const places = [...new Set(named)].flatMap((name) => {
    const source = sources.get(name);
    return source === undefined ? [] : [`${name === COMMAND ? name : `--${name}`}: ${source}`];
  });
  return places.length === 0 ? text : `${text} [${places.join("; ")}]`;
}
