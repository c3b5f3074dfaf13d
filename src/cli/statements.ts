// The text of a TOML file cut into its statements, each with its place: what Bun's parser does not tell.

export interface Statement {
  /** Without what surrounds it: blanks, comments, line feeds. */
  readonly text: string;
  /** Of its first character, from 1. */
  readonly line: number;
  readonly column: number;
}

/** TOML 1.0: strings of four kinds, comments, brackets, ends of lines, and what is none of these. */
const TOKEN =
  /"""(?:[^\\]|\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|#[^\n]*|[[\]{}\n]|[^"'#[\]{}\n]+/gy;
const OPENING = "[{";
const CLOSING = "]}";

/** A statement ends with its line, unless a string or a bracket is open there. What is no TOML is cut somewhere. */
export function statementsOf(text: string): Statement[] {
  const statements: Statement[] = [];
  // Where the line of the last statement begins: the next is looked for from there.
  let line = 1;
  let lineBegin = 0;
  const take = (begin: number, end: number): void => {
    const piece = text.slice(begin, end);
    if (piece.trim() === "") return;
    const start = begin + piece.length - piece.trimStart().length;
    for (let feed; (feed = text.indexOf("\n", lineBegin)) >= 0 && feed < start; line++) {
      lineBegin = feed + 1;
    }
    statements.push({ text: piece.trim(), line, column: start - lineBegin + 1 });
  };
  let begin = 0;
  let depth = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    if (OPENING.includes(token)) depth++;
    else if (CLOSING.includes(token)) depth = Math.max(0, depth - 1);
    else if (depth === 0 && (token === "\n" || token.startsWith("#"))) {
      take(begin, match.index);
      begin = match.index + token.length;
    }
  }
  take(begin, text.length);
  return statements;
}
