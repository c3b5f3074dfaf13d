// Lines completed by a real shell: bash and zsh at a terminal, by their own keys; fish tells by itself.

import { join } from "node:path";
import { within } from "../support/server-deadline.ts";
import type { TestDirectory } from "../support/server-directory.ts";

export const COMPLETIONS = join(import.meta.dir, "../../docs/completions");
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const END = "all-said";
/** Begin of line, so that a word can be put before it. */
const HOME = "\x01";
/** The key that each setting below binds to: put in all that is offered. */
const ALL = "\x18a";

/** What a shell reads before the first key. */
const BASH_PLAIN = [
  String.raw`bind '"\C-xa": insert-completions'`,
  `source ${COMPLETIONS}/websockd.bash`,
];
const SETTINGS = {
  bash: ["source /usr/share/bash-completion/bash_completion", ...BASH_PLAIN],
  "bash alone": BASH_PLAIN,
  zsh: [
    `fpath=(${COMPLETIONS} $fpath)`,
    // -D writes no dump, -u asks nothing.
    "autoload -Uz compinit && compinit -D -u",
    "zle -C every complete-word _generic",
    "zstyle ':completion:every::::' completer _all_matches _complete",
    "zstyle ':completion:every:*' insert yes",
    "bindkey '^A' beginning-of-line; bindkey '^Xa' every",
  ],
} as const;

const COMMANDS = {
  bash: ["bash", "--norc", "--noprofile", "-i"],
  "bash alone": ["bash", "--norc", "--noprofile", "-i"],
  zsh: ["zsh", "-f", "-i"],
} as const;

export type TerminalShell = keyof typeof SETTINGS;

/** A shell that is typed to; started once, for what it reads at its start takes longest. */
export class ShellAtTerminal implements AsyncDisposable {
  readonly #child: Bun.Subprocess;
  readonly #terminal: Bun.Terminal;
  #said = "";
  #heard = () => {};

  constructor(shell: TerminalShell, directory: TestDirectory) {
    const decoder = new TextDecoder();
    this.#child = Bun.spawn([...COMMANDS[shell]], {
      cwd: directory.path,
      env: { PATH, TERM: "dumb", LC_ALL: "C", HOME: directory.path },
      terminal: {
        cols: 8000,
        rows: 50,
        data: (_, bytes) => {
          this.#said += decoder.decode(bytes, { stream: true });
          this.#heard();
        },
      },
    });
    this.#terminal = this.#child.terminal!;
    for (const setting of SETTINGS[shell]) this.#terminal.write(`${setting}\n`);
  }

  /** The words that `line`, which begins with `websockd`, has once all that is offered at its end is put in. */
  async completed(line: string): Promise<string[]> {
    this.#said = "";
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#heard = () => {
      if (this.#said.includes(`<${END}>`)) resolve();
    };
    this.#terminal.write(`${line}${ALL}${HOME}printf '<%s>\\n' \n`);
    this.#terminal.write(`printf '<%s>\\n' ${END}\n`);
    await within(`what becomes of ${line}`, promise).catch((error: unknown) => {
      throw new Error(`the shell said:\n${this.#said}`, { cause: error });
    });
    const words = [...this.#said.matchAll(/^<(.*)>\r?$/gm)].map(([, word]) => word!);
    return words.slice(words.indexOf("websockd"), words.lastIndexOf(END));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    this.#terminal.close();
  }
}

/** What fish offers for the last word of the line, each with its description. */
export async function fishOffers(
  line: string,
  directory: TestDirectory,
): Promise<ReadonlyMap<string, string>> {
  const script = `source ${COMPLETIONS}/websockd.fish; complete -C $argv[1]`;
  const child = Bun.spawn(["fish", "-c", script, line], {
    cwd: directory.path,
    env: { PATH, LC_ALL: "C.UTF-8", HOME: directory.path },
    stderr: "pipe",
  });
  const [text, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  if (errors !== "") throw new Error(`fish: ${errors}`);
  const lines = text.split("\n").filter((offer) => offer !== "");
  return new Map(lines.map((offer) => [offer.split("\t")[0]!, offer.split("\t")[1] ?? ""]));
}
