// The one short list of files that may break a rule, each with why.

export interface Exception {
  readonly rule: string;
  readonly path: string;
  readonly reason: string;
}

/** The one list. An entry that is not needed any more fails. */
export const EXCEPTIONS: readonly Exception[] = [
  { rule: "defaultExport", path: "src/bun-extra.d.ts", reason: "what Bun gives for a file" },
  {
    rule: "functionLength",
    path: "src/kernel/assembly/unframe.ts",
    reason: "the hot loop: its state stays in locals",
  },
  {
    rule: "importExtension",
    path: "test/integration/foreign-clients.test.ts",
    reason: "the client that Node and a browser run as it is",
  },
  { rule: "reExport", path: "src/kernel/assembly/index.ts", reason: "the compiler's entry" },
];

/** The problems that no exception covers, and the exceptions that cover none. */
export function judge(
  rule: string,
  problems: ReadonlyMap<string, readonly string[]>,
  exceptions = EXCEPTIONS,
): { readonly left: readonly string[]; readonly stale: readonly string[] } {
  const excepted = exceptions.filter((row) => row.rule === rule).map((row) => row.path);
  return {
    left: [...problems].flatMap(([path, texts]) =>
      excepted.includes(path) ? [] : texts.map((text) => `${path}: ${text}`),
    ),
    stale: excepted.filter((path) => !problems.has(path)),
  };
}
