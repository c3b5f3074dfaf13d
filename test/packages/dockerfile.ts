// Reads a Dockerfile: its stages and their instructions, those that are used here; any other is an error.

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  /** What FROM names. */
  readonly base: string;
  /** AS NAME; empty without. */
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

const KNOWN = [
  "WORKDIR",
  "COPY",
  "RUN",
  "USER",
  "ENV",
  "EXPOSE",
  "STOPSIGNAL",
  "HEALTHCHECK",
  "ENTRYPOINT",
  "CMD",
];

export function readDockerfile(source: string): Stage[] {
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  const lines = source.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line));
  for (const line of lines.join("\n").replaceAll(/\\\n/g, " ").split("\n")) {
    const [, name = "", text = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const from = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text);
    if (name === "FROM" && from !== null) {
      stages.push({ base: from[1]!, name: from[2] ?? "", instructions: [] });
    } else if (KNOWN.includes(name) && stages.length > 0) {
      stages.at(-1)!.instructions.push({ name, text });
    } else {
      throw new Error(`This is not known here: ${line}`);
    }
  }
  return stages;
}

/** The last one of that name; empty without. */
export function lastOf(stage: Stage, name: string): string {
  return stage.instructions.findLast((instruction) => instruction.name === name)?.text ?? "";
}

/** `["a", "b"]`. */
export function execForm(text: string): string[] {
  return JSON.parse(text) as string[];
}

/** `A=b C=d`, of all. */
export function variablesOf(stage: Stage): Record<string, string> {
  const texts = stage.instructions.filter(({ name }) => name === "ENV").map(({ text }) => text);
  const pairs = texts.flatMap((text) => text.split(/\s+/)).map((pair) => pair.split("="));
  return Object.fromEntries(pairs.map(([name, ...value]) => [name!, value.join("=")]));
}
