// Holds the design's import table and the style's rules, for every file of the project.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { EXCEPTIONS, judge } from "./tidy/exceptions.ts";
import {
  circles,
  importProblems,
  importsOf,
  lateImportProblems,
  MAY_IMPORT,
  purityProblems,
  roomOf,
} from "./tidy/imports.ts";
import { readSource } from "./tidy/source-text.ts";
import { addresses, SOURCE_RULES, type Rule } from "./tidy/style.ts";

const ROOT = join(import.meta.dir, "..");
const SKIPPED = new Set([".git", "node_modules", "dist"]);
const SOURCE = /^(?:src|bench|test|examples|scripts)\/.*\.ts$/;
const BINARY = /\.(?:wasm|png|gz)$/;

const RULES = {
  importProblems,
  lateImportProblems,
  purityProblems,
  addresses,
  ...SOURCE_RULES,
} as const;
type RuleName = keyof typeof RULES;

/** Each file of the project, by its path from the root. */
function readProject(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() && !BINARY.test(path)) {
        files.set(path, readFileSync(join(ROOT, path), "utf8"));
      }
    }
  };
  walk("");
  return files;
}

const FILES = readProject();
const SOURCES = new Map([...FILES].filter(([path]) => SOURCE.test(path)));

function problemsOf(name: RuleName): Map<string, string[]> {
  const rule: Rule = RULES[name];
  const files = name === "addresses" ? FILES : SOURCES;
  const found = [...files].map(([path, text]) => [path, rule(path, text)] as const);
  return new Map(found.filter(([, problems]) => problems.length > 0));
}

describe("every file keeps the rule", () => {
  for (const name of Object.keys(RULES) as RuleName[]) {
    test(name, () => {
      const { left, stale } = judge(name, problemsOf(name));
      expect(left).toEqual([]);
      expect(stale, "exceptions that are not needed any more").toEqual([]);
    });
  }

  test("no circle of imports", () => {
    const src = new Map([...SOURCES].filter(([path]) => path.startsWith("src/")));
    expect(circles(src)).toEqual([]);
  });

  test("every exception is for a rule that there is", () => {
    expect(EXCEPTIONS.filter(({ rule }) => !Object.hasOwn(RULES, rule))).toEqual([]);
  });

  test("there is something to check", () => {
    expect(SOURCES.size).toBeGreaterThan(50);
    expect(FILES.has("package.json")).toBe(true);
    const rooms = new Set([...SOURCES.keys()].map(roomOf));
    expect(Object.keys(MAY_IMPORT).filter((room) => !rooms.has(room))).toEqual([]);
  });
});

const LONG = "  call();\n".repeat(71);
const HEAD = "// A file.\n";

/** For each rule files that break it, as path and text. */
const BROKEN: Readonly<Record<RuleName, readonly (readonly [path: string, text: string])[]>> = {
  importProblems: [
    ["src/websocket/a.ts", 'import { b } from "../session/b.ts";'],
    ["src/websocket/a.ts", 'import type { B } from "../http/b.ts";'],
    ["src/session/a.ts", 'import { readFileSync } from "node:fs";'],
    ["src/session/a.ts", 'export { b } from "../websocket/b.ts";'],
    ["src/http/a.ts", 'import { b } from "../kernel/b.ts";'],
    ["src/net/a.ts", 'import { b } from "../service/b.ts";'],
    ["src/net/a.ts", 'import type { Config } from "../config.ts";'],
    ["src/service/a.ts", 'import type {\n  A,\n  B,\n} from "../net/b.ts";'],
    ["src/service/a.ts", 'import { log } from "../log.ts";'],
    ["src/kernel/a.ts", 'import { connect } from "node:net";'],
    ["src/cli/a.ts", 'const b = await import("../server/b.ts");'],
    ["src/server/a.ts", 'import "../cli/b.ts";'],
    ["src/server/a.ts", 'import { b } from "../start/b.ts";'],
    ["src/share/a.ts", 'import type { B } from "../server/b.ts";'],
    ["src/server/a.ts", 'import ws from "ws";'],
    ["src/server/a.ts", 'import { random } from "../../test/support/random.ts";'],
    ["src/newroom/a.ts", "export const a = 1;"],
    ["src/main.ts", '#!/usr/bin/env bun\n// A file.\nimport { a } from "./net/a.ts";'],
  ],
  lateImportProblems: [
    ["src/net/a.ts", 'const { b } = await import("./b.ts");'],
    ["src/server/a.ts", 'const { b } = require("./b.ts");'],
  ],
  purityProblems: [
    ["src/websocket/a.ts", "setTimeout(() => {}, 1);"],
    ["src/http/a.ts", "const now = Date.now();"],
    ["src/http/a.ts", "const now = new Date();"],
    ["src/session/a.ts", "console.log(1);"],
    ["src/session/a.ts", "const at = `${process.pid}`;"],
    ["src/websocket/a.ts", "Bun.listen({});"],
    ["src/websocket/a.ts", "const key = Math.random();"],
  ],
  addresses: [
    ["README.md", ["see ", "/home", "/me/project"].join("")],
    ["a.json", ['"', "https://", 'registry.npmjs.org/x"'].join("")],
  ],
  firstLine: [
    ["a.ts", 'import { a } from "./a.ts";\n'],
    ["a.ts", "// what it is without an end\n"],
    ["a.ts", "\n// A file.\n"],
    ["a.ts", "#!/usr/bin/env bun\nconst a = 1;\n"],
  ],
  fileLength: [["a.ts", HEAD + "a();\n".repeat(250)]],
  functionLength: [
    ["a.ts", `export function a(): void {\n${LONG}}\n`],
    ["a.ts", `class A {\n  #a(): void {\n  ${LONG}  }\n}\n`],
    ["a.ts", `class A {\n  async a<T>(b: T): Promise<void> {\n  ${LONG}  }\n}\n`],
    ["a.ts", `const a = (b: number) => {\n${LONG}};\n`],
    ["a.ts", `function a(\n  b: number,\n): void {\n${LONG}}\n`],
    ["a.ts", `test("a", () => {\n${LONG}});\n`],
  ],
  defaultExport: [
    ["a.ts", "export default function a() {}"],
    ["a.ts", "export { a as default };"],
  ],
  anyType: [
    ["a.ts", "const a: any = 1;"],
    ["a.ts", "const a = b as any;"],
    ["a.ts", "const a: Record<string, any> = {};"],
    ["a.ts", "function a(...b: any[]) {}"],
  ],
  enumeration: [
    ["a.ts", "enum A { B }"],
    ["a.ts", "export const enum A { B }"],
  ],
  reExport: [
    ["src/index.ts", 'export * from "./a.ts";'],
    ["src/a.ts", 'export { b } from "./b.ts";'],
    ["src/a.ts", 'export type { B } from "./b.ts";'],
  ],
  inheritance: [
    ["a.ts", "class A extends B {}"],
    ["a.ts", "export class A<T> extends EventEmitter {}"],
  ],
  unfinished: [
    ["a.ts", "// TODO: more\n"],
    ["a.ts", "/** This is\n * a FIXME. */\n"],
  ],
  commentedOut: [
    ["a.ts", "// const a = b();\n"],
    ["a.ts", "a(); // b(c);\n"],
    ["a.ts", "// if (a) {\n"],
    ["a.ts", "/*\n * return a;\n */\n"],
    ["a.ts", "// }\n"],
  ],
  importExtension: [["a.ts", 'import { a } from "./a";']],
};

describe("each rule fails when it is broken", () => {
  for (const [name, files] of Object.entries(BROKEN)) {
    const rule: Rule = RULES[name as RuleName];
    for (const [path, text] of files) {
      test(`${name}: ${JSON.stringify(text.slice(0, 60))}`, () => {
        expect(rule(path, text).length).toBeGreaterThan(0);
      });
    }
  }

  test("no circle of imports", () => {
    const sources = new Map([
      ["src/a/a.ts", 'import { b } from "../b/b.ts";'],
      ["src/b/b.ts", 'import type { C } from "./c.ts";'],
      ["src/b/c.ts", 'import { a } from "../a/a.ts";'],
    ]);
    expect(circles(sources)).toEqual(["src/a/a.ts > src/b/b.ts > src/b/c.ts > src/a/a.ts"]);
  });
});

test("an exception that is needed holds, one that is not is stale", () => {
  const exceptions = ["a.ts", "b.ts"].map((path) => ({ rule: "anyType", path, reason: "" }));
  const problems = new Map([
    ["a.ts", ["any"]],
    ["c.ts", ["any"]],
  ]);
  const judged = judge("anyType", problems, exceptions);
  expect(judged).toEqual({ left: ["c.ts: any"], stale: ["b.ts"] });
  expect(judge("enumeration", problems, exceptions).stale).toEqual([]);
});

/** A file that looks broken to one who does not tell code from strings and comments. */
const FINE = [
  "// A file that keeps all rules; it has, of course, its words in strings.",
  "",
  'import type { Kernel } from "../kernel/kernel.ts";',
  "",
  "/** No TO-DO here: setTimeout, console and any timers (of Bun.listen) are but named. */",
  'const words = "export default any enum A { process.exit() } // TODO: x";',
  'const pattern = /any \\/\\/ TODO: [/`"] enum A/;',
  "const text = `console.log(${words.length > 1 ? `any ${pattern}` : words}) enum A`;",
  "class OwnError extends Error {}",
  "export function divide(a: number, b: number): number {",
  "  return a / b / text.length; // many / slashes / here",
  "}",
  "export { words as company, OwnError };",
  "",
].join("\n");

describe("no rule fails on what is fine", () => {
  for (const [name, rule] of Object.entries(RULES)) {
    test(name, () => expect((rule as Rule)("src/session/a.ts", FINE)).toEqual([]));
  }

  test("imports are found with their types, and only they", () => {
    expect(importsOf(FINE)).toEqual(["../kernel/kernel.ts"]);
  });

  test("code keeps its lines, and comments know theirs", () => {
    const { code, comments } = readSource(FINE);
    expect(code.split("\n").length).toBe(FINE.split("\n").length);
    expect(comments.map(({ line }) => line)).toEqual([1, 5, 11]);
  });

  test("the table allows what DESIGN 3 allows", () => {
    expect(MAY_IMPORT["websocket"]).toEqual(["kernel"]);
    expect(MAY_IMPORT["service"]).not.toContain("websocket");
    expect(MAY_IMPORT["server"]).not.toContain("cli");
  });
});
