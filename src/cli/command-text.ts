// A program and its arguments in one text, cut into words as a shell does it, and nothing else that a shell does.

import { UsageError } from "./value.ts";

/** Blanks; what quotes; what only a shell would know what to do with; all else is as it stands. */
const TOKEN =
  /(?<blank>[ \t\r\n]+)|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[^])*)"|\\(?<escaped>[^])|(?<plain>[^ \t\r\n'"\\|&;<>()$`*?]+)|(?<wrong>[^])/gy;
/** POSIX 2.2.3: within double quotes a backslash quotes these alone; before a line feed it goes with it. */
const ESCAPED_IN_DOUBLE = /\\([$`"\\\n])/g;
const EXPANDED_IN_DOUBLE = /(?<!\\)(?:\\\\)*([$`])/;

/** Throws UsageError that begins with `what`: no word, a quote that is not closed, or what is for a shell. */
export function splitCommand(text: string, what: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  const refuse = (wrong: string) => new UsageError(`${what}: ${wrong}`);
  for (const { groups } of text.matchAll(TOKEN)) {
    const { blank, single, double, escaped, plain, wrong } = groups!;
    if (blank !== undefined) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const isForShell =
      EXPANDED_IN_DOUBLE.exec(double ?? "")?.[1] ??
      (word === null ? /^[~#]/.exec(plain ?? "")?.[0] : undefined);
    if (isForShell !== undefined) throw refuse(shellText(isForShell));
    if (wrong !== undefined)
      throw refuse(/['"\\]/.test(wrong) ? openText(wrong) : shellText(wrong));
    word ??= "";
    word +=
      single ?? plain ?? double?.replaceAll(ESCAPED_IN_DOUBLE, unescaped) ?? lineless(escaped!);
  }
  if (word !== null) words.push(word);
  if ((words[0] ?? "") === "") throw refuse("a program is wanted, for example cat -u");
  return words;
}

function unescaped(_: string, character: string): string {
  return lineless(character);
}

/** A line feed that is quoted with a backslash is none. */
function lineless(character: string): string {
  return character === "\n" ? "" : character;
}

function openText(quote: string): string {
  return quote === "\\"
    ? "a backslash at the end quotes nothing (leave it out)"
    : `${quote} is not closed (write it twice, or \\${quote})`;
}

function shellText(character: string): string {
  return `${character} is for a shell, and none reads this (quote it with '...', or write sh -c '...')`;
}
