// Completions for bash, zsh and fish: what a template says of the shell, and what the table says of the options.

import { join } from "node:path";
import type { OptionRow } from "../../src/cli/option.ts";
import { OPTIONS } from "../../src/cli/options.ts";
import { filled } from "../template.ts";
import { takesNextWord, valueKind, type ValueKind } from "./value-kind.ts";

const VALUED = OPTIONS.filter(takesNextWord);

export function bashCompletion(): string {
  const cases = OPTIONS.flatMap((row) => {
    const action = bashAction(valueKind(row));
    return action === null ? [] : [`      ${row.name}) ${action} ;;`];
  });
  return filled(join(import.meta.dir, "completion.bash"), {
    NAMES: OPTIONS.flatMap(bashNames).join(" "),
    VALUED: VALUED.map((row) => row.name).join(" "),
    VALUES: cases.join("\n"),
  });
}

function bashNames(row: OptionRow): string[] {
  if (row.type === "flag") return [row.name];
  return row.bare === undefined ? [`${row.name}=`] : [row.name, `${row.name}=`];
}

/** Null: nothing is offered. */
function bashAction(value: ValueKind): string | null {
  const reply = (words: string) => `mapfile -t COMPREPLY < <(compgen ${words} -- "\${cur#=}")`;
  switch (value.kind) {
    case "words":
      return reply(`-W '${value.words.join(" ")}'`);
    case "file":
      return "compopt -o default";
    case "directory":
      return "compopt -o dirnames";
    case "program":
      return `compopt -o filenames -o default; ${reply("-c")}`;
    case "user":
      return reply("-u");
    case "group":
      return reply("-g");
    default:
      return null;
  }
}

export function zshCompletion(): string {
  return filled(join(import.meta.dir, "completion.zsh"), {
    OPTIONS: OPTIONS.map(zshOption).join("\n"),
  });
}

function zshOption(row: OptionRow): string {
  const value = valueKind(row);
  const again = row.type === "texts" ? "*" : "";
  const help = row.help.replaceAll(/[[\]\\:]/g, String.raw`\$&`);
  const placeholder = row.placeholder.replaceAll(":", String.raw`\:`);
  // =- where the value never is the next word.
  const name = `--${row.name}${value.kind === "none" ? "" : row.bare === undefined ? "=" : "=-"}`;
  const argument = value.kind === "none" ? "" : `:${placeholder}:${zshAction(value)}`;
  const optional = row.bare === undefined ? "" : ":";
  return `  ${quoted(`${again}${name}[${help}]${optional}${argument}`)} \\`;
}

function zshAction(value: ValueKind): string {
  switch (value.kind) {
    case "words":
      return `(${value.words.join(" ")})`;
    case "file":
      return "_files";
    case "directory":
      return "_files -/";
    case "program":
      return "_command_names -e";
    case "user":
      return "_users";
    case "group":
      return "_groups";
    default:
      return " ";
  }
}

/** In the quotes of bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function fishCompletion(): string {
  return filled(join(import.meta.dir, "completion.fish"), {
    VALUED: VALUED.flatMap(({ name }) => [`-${name}`, `--${name}`]).join(" "),
    OPTIONS: OPTIONS.map(fishOption).join("\n"),
  });
}

function fishOption(row: OptionRow): string {
  const help = row.help.replaceAll(/['\\]/g, String.raw`\$&`);
  const action = fishAction(valueKind(row), takesNextWord(row));
  const words = ["complete -c websockd -n __websockd_in_options", `-l ${row.name}`, action];
  return `${words.filter((word) => word !== "").join(" ")} -d '${help}'`;
}

/** -x: a value must be there, and it is no file unless that is said. */
function fishAction(value: ValueKind, isRequired: boolean): string {
  const required = isRequired ? "-x " : "";
  switch (value.kind) {
    case "none":
      return "";
    case "words":
      return `${required}-a '${value.words.join(" ")}'`;
    case "file":
      return "-r -F";
    case "directory":
      return "-x -a '(__fish_complete_directories)'";
    case "program":
      return "-r -F -a '(__fish_complete_command)'";
    case "user":
      return "-x -a '(__fish_complete_users)'";
    case "group":
      return "-x -a '(__fish_complete_groups)'";
    default:
      return required.trim();
  }
}
