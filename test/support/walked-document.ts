// A page of docs/ walked from its first block to its last, as a reader does who does what it says.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaced } from "./document-blocks.ts";
import { DEADLINE_MS, within } from "./server-deadline.ts";
import { TestDirectory } from "./server-directory.ts";
import { PROGRAM, TestServer } from "./server.ts";

const DOCS = join(import.meta.dir, "../../docs");

/** `websockd` on the reader's PATH: the one from the sources, and the kernel chooses the port. */
const WEBSOCKD = [
  "#!/bin/sh",
  "for word; do",
  "  shift",
  "  case $word in --port=*) word=--port=0 ;; esac",
  '  set -- "$@" "$word"',
  "done",
  `exec ${PROGRAM.map((word) => `'${word}'`).join(" ")} "$@"`,
  "",
].join("\n");

/** One of them is the build. */
const COMMANDS_MS = 3 * DEADLINE_MS;

interface Block {
  /** `sh`, or with the name of a file. */
  readonly fence: string;
  readonly text: string;
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Replacements = Parameters<typeof replaced>[1];

/** Each block is used once, in its order; `end` throws when one is left. */
export class DocumentWalk implements Disposable {
  /** Where the reader is at first; a `cd` in a block holds for those behind it. */
  readonly home = new TestDirectory();
  readonly environment: Record<string, string>;
  readonly #page: string;
  readonly #blocks: Block[];
  #folder = this.home.path;

  constructor(page: string) {
    this.#page = page;
    const text = readFileSync(join(DOCS, page), "utf8");
    this.#blocks = [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(
      ([, fence = "", block = ""]) => ({ fence, text: block }),
    );
    const programs = join(this.home.path, "programs");
    this.environment = {
      HOME: this.home.path,
      PATH: `${programs}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
      WEBSOCKD_LOG_FORMAT: "text",
    };
    const made = Bun.spawnSync(["mkdir", programs]);
    if (made.exitCode !== 0) throw new Error(made.stderr.toString());
    this.home.write("programs/websockd", WEBSOCKD, 0o755);
  }

  /** The path of a file where the reader is now. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** The next block is a file of this name, which the reader saves. */
  async save(name: string): Promise<void> {
    const { fence, text } = this.#next();
    const wanted = fence.split(" ")[1];
    if (wanted !== name) throw this.#problem(`is "${fence}", and no file ${name}`);
    await Bun.write(this.file(name), text);
  }

  /** The next block is commands, which end. Throws when one fails. */
  async run(replacements: Replacements = []): Promise<Ran> {
    const { fence, text } = this.#next();
    if (fence !== "sh") throw this.#problem(`is "${fence}", and no commands`);
    const state = this.home.file("folder");
    const script = `${replaced(text, replacements)}\npwd > '${state}'\n`;
    const child = Bun.spawn(["sh", "-e", "-c", script], {
      cwd: this.#folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
    const ended = within("the end of the commands", Promise.all(texts), COMMANDS_MS);
    const [stdout = "", stderr = ""] = await ended.catch((error: Error) => {
      child.kill("SIGKILL");
      throw error;
    });
    const status = await child.exited;
    if (status !== 0) throw new Error(`status ${status} of:\n${text}\n${stdout}${stderr}`);
    this.#folder = this.home.read("folder").trim();
    return { status, stdout, stderr };
  }

  /** The next block is one call of websockd, which stays: returns when it listens. */
  async serve(replacements: Replacements = []): Promise<TestServer> {
    const { fence, text } = this.#next();
    if (fence !== "sh" || !text.startsWith("websockd ")) throw this.#problem("starts no websockd");
    const server = new TestServer(["-c", `exec ${replaced(text, replacements)}`], {
      program: ["sh"],
      directory: this.#folder,
      environment: this.environment,
    });
    try {
      await server.logged(/^websockd listens on wss?:/);
    } catch (error) {
      await server.crash();
      throw error;
    }
    return server;
  }

  /** The next block has this fence, and is for the test to look at. */
  shown(fence: string): string {
    const block = this.#next();
    if (block.fence !== fence) throw this.#problem(`is "${block.fence}", not "${fence}"`);
    return block.text;
  }

  /** Nothing is left. */
  end(): void {
    if (this.#blocks.length > 0) throw new Error(`left of ${this.#page}: ${this.#blocks[0]!.text}`);
  }

  [Symbol.dispose](): void {
    this.home[Symbol.dispose]();
  }

  #next(): Block {
    const block = this.#blocks.shift();
    if (block === undefined) throw this.#problem("is not there");
    return block;
  }

  #problem(what: string): Error {
    const left = this.#blocks.length;
    return new Error(`docs/${this.#page}: the block before the last ${left} ${what}`);
  }
}
