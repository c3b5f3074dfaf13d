// STYLE: the rules for the text of a source file, each a function from a file to what is wrong with it.

import { readSource } from "./source-text.ts";

export type Rule = (path: string, source: string) => string[];

const LINES_MAX = 250;
const FUNCTION_LINES_MAX = 70;

/** Lines 1 and, behind a `#!`, 2: one sentence that says what the file is. */
export const firstLine: Rule = (_, source) => {
  const [first = "", second = ""] = source.split("\n");
  const line = first.startsWith("#!") ? second : first;
  return /^\/\/ \S.*[.!?:]$/.test(line) ? [] : [`line 1 is no sentence: ${line}`];
};

export const fileLength: Rule = (_, source) => {
  const lines = source.trimEnd().split("\n").length;
  return lines > LINES_MAX ? [`${lines} lines`] : [];
};

const STATEMENT = /^\s*(?:\} )?(?:if|else|for|while|do|switch|try|catch|finally)\b/;
const METHOD = /^\s*(?:(?:static|async|get|set|override|private) )*[#\w$[\].]+(?:<.*>)?\(.*\{$/;

/** Relies on the formatter: a body begins at a line's `{` and ends at the next `}` that is indented as that line. */
export const functionLength: Rule = (_, source) => {
  const lines = readSource(source).code.split("\n");
  const problems: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (!isFunctionHead(lines, i)) continue;
    const indent = /^\s*/.exec(line)![0];
    const length = lines.slice(i + 1).findIndex((next) => next.startsWith(`${indent}}`));
    if (length > FUNCTION_LINES_MAX) problems.push(`line ${i + 1}: a function of ${length} lines`);
  }
  return problems;
};

function isFunctionHead(lines: readonly string[], i: number): boolean {
  const line = lines[i]!;
  if (!line.endsWith("{") || /^\s*describe\b/.test(line)) return false;
  if (/\bfunction\b|=> \{$/.test(line)) return true;
  if (STATEMENT.test(line)) return false;
  if (METHOD.test(line)) return true;
  if (!/^\s*\)/.test(line)) return false;
  // The end of a head of several lines: of a function, unless it began as a statement does.
  const indent = /^\s*/.exec(line)![0];
  const begin = lines.slice(0, i).findLast((before) => /^\s*/.exec(before)![0] === indent) ?? "";
  return !STATEMENT.test(begin) && !/^\s*describe\b/.test(begin);
}

/** A rule that no piece of code may match `pattern`. */
function codeRule(pattern: RegExp, what: string): Rule {
  return (_, source) => {
    const lines = readSource(source).code.split("\n");
    return lines.flatMap((line, i) => (pattern.test(line) ? [`line ${i + 1}: ${what}`] : []));
  };
}

/** A rule that no line of comment may match `pattern`. */
function commentRule(pattern: RegExp, what: string): Rule {
  return (_, source) =>
    readSource(source).comments.flatMap(({ line, text }) =>
      pattern.test(text) ? [`line ${line}: ${what}`] : [],
    );
}

export const defaultExport = codeRule(/\bexport default\b|\bas default\b/, "a default export");
export const anyType = codeRule(/(?<![.\w$"])any(?![\w$(:])/, "any");
export const enumeration = codeRule(/\benum\s+\w+/, "an enum");
export const reExport = codeRule(
  /^\s*export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;]*\bfrom\b/,
  "a barrel",
);
export const inheritance = codeRule(
  /\bclass\s+[\w$]+(?:<[^{]*>)?\s+extends\s+(?![\w$]*Error\b)/,
  "a class that extends another",
);
export const unfinished = commentRule(/\b(?:TODO|FIXME|XXX|HACK)\b/, "something left to do");
export const commentedOut = commentRule(
  /^(?:.*[=(].*;|.*\)\s*\{|\}[;,)]*|(?:import|export|return|const|let|throw)\b.*;)$/,
  "code in a comment",
);

/** Relative imports name the file; AssemblyScript has them without. */
export const importExtension: Rule = (path, source) => {
  if (path.includes("/assembly/")) return [];
  const { code } = readSource(source);
  const problems: string[] = [];
  for (const { index, 0: text } of code.matchAll(/\bfrom\s+"/g)) {
    const name = /^[^"]*/.exec(source.slice(index + text.length))![0];
    if (name.startsWith(".") && !/\.(?:ts|wasm|html|txt)$/.test(name))
      problems.push(`imports ${name}`);
  }
  return problems;
};

/** Folders of somebody's machine; a path in a sandbox of ours is one, too. */
const MACHINE_PATH = /(?<![\w.$}])\/(?:work|home|root|Users|workspace)\/[\w.-]+/;
const REGISTRY = /https?:\/\/[\w.-]*(?:registry|npmjs|npmmirror|yarnpkg|artifactory)[\w.-]*/i;

/** For every kind of text file. */
export const addresses: Rule = (_, text) =>
  text.split("\n").flatMap((line, i) => {
    const found = MACHINE_PATH.exec(line)?.[0] ?? REGISTRY.exec(line)?.[0];
    return found === undefined ? [] : [`line ${i + 1}: ${found}`];
  });

export const SOURCE_RULES = {
  firstLine,
  fileLength,
  functionLength,
  defaultExport,
  anyType,
  enumeration,
  reExport,
  inheritance,
  unfinished,
  commentedOut,
  importExtension,
} as const satisfies Readonly<Record<string, Rule>>;
