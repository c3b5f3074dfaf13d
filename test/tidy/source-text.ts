// Tells the code of a TypeScript file from its comments, and empties its strings.

export interface SourceText {
  /** The file line by line, comments and the insides of strings, templates and regular expressions blanked. */
  readonly code: string;
  /** The words of each line of comment. */
  readonly comments: readonly { readonly line: number; readonly text: string }[];
}

const BLANKS = /[^\n]/g;
/** A slash behind one of these begins a regular expression; behind anything else it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*~<>%]|=>|\breturn|\btypeof|\bcase|\bin|\bof)\s*$/;
const COMMENT = /^(?:\/\/[^\n]*|\/\*[^]*?\*\/)/;
const STRING = /^(?:"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')/;
const REGEX = /^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/;

export function readSource(source: string): SourceText {
  const comments: { line: number; text: string }[] = [];
  let code = "";
  /** For each `${` that is open: how many braces are open in it. */
  const templates: number[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at, at + 4000);
    const comment = COMMENT.exec(source.slice(at, at + 8000))?.[0];
    const literal = STRING.exec(rest)?.[0];
    const regex = source[at] === "/" && BEFORE_REGEX.test(code) ? REGEX.exec(rest)?.[0] : undefined;
    const isTemplateEnd = source[at] === "}" && templates.at(-1) === 0;
    if (comment !== undefined) {
      comments.push(...commentLines(comment, lineNumber(source, at)));
      code += comment.replace(BLANKS, " ");
      at += comment.length;
    } else if (literal !== undefined || regex !== undefined) {
      const text = (literal ?? regex)!;
      code += `"${text.slice(2).replace(BLANKS, " ")}"`;
      at += text.length;
    } else if (source[at] === "`" || isTemplateEnd) {
      if (isTemplateEnd) templates.pop();
      const text = templatePart(source, at + 1);
      if (text.endsWith("${")) templates.push(0);
      code += `"${text.slice(1).replace(BLANKS, " ")}"`;
      at += 1 + text.length;
    } else {
      const top = templates.length - 1;
      if (source[at] === "{" && top >= 0) templates[top]!++;
      if (source[at] === "}" && top >= 0) templates[top]!--;
      code += source[at++];
    }
  }
  return { code, comments };
}

/** A template's text from `at` on, with the backquote or the `${` that ends it. */
function templatePart(source: string, at: number): string {
  return /^(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/.exec(source.slice(at))?.[0] ?? source.slice(at);
}

function lineNumber(source: string, at: number): number {
  return source.slice(0, at).split("\n").length;
}

function commentLines(comment: string, first: number) {
  return comment.split("\n").map((line, i) => ({
    line: first + i,
    text: line
      .trim()
      .replace(/^(?:\/\/+|\/\*+|\*+(?!\/))\s?/, "")
      .replace(/\s*\*\/$/, ""),
  }));
}
