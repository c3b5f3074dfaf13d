// SIGHUP: the configuration file is read again, with all that it names; what is not good changes nothing.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { logDefect } from "../server/defect.ts";
import { findResources, searchPath, type Reading } from "../server/resources.ts";
import type { ConfigFile } from "./config-file.ts";
import { keepSettled } from "./settled.ts";

/** What a start would make of the file now, and of the same words and variables. */
export type Reread =
  | { readonly config: Config; readonly file: ConfigFile }
  | { readonly problem: string }
  /** There is no file. */
  | null;

/** `given`: what somebody else has read for us; null: it is read where the last one was. */
export type ReadAgain = (given: ConfigFile | null) => Promise<Reread>;

export interface ReloadOptions {
  readonly readAgain: () => Promise<Reread>;
  readonly log: Log;
  /** The parent has tried it all, and tells of it. */
  readonly isWorker: boolean;
  /** Null: nothing but certificates, passwords and tokens is to be read. */
  readonly apply: (next: Reading | null) => void | Promise<void>;
}

export class Reloader {
  readonly #options: ReloadOptions;
  /** What counts. */
  #config: Config;
  #underWay: Promise<void> = Promise.resolve();
  /** One that has not begun reads whatever is there by then. */
  #waiting: Promise<void> | null = null;

  constructor(config: Config, options: ReloadOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** Resolves when it is over, whatever came of it: the log says that. */
  reload(): Promise<void> {
    this.#waiting ??= this.#underWay.then(() => {
      this.#waiting = null;
      this.#underWay = this.#reload().catch((error: unknown) => {
        logDefect(this.#options.log, error);
      });
      return this.#underWay;
    });
    return this.#waiting;
  }

  async #reload(): Promise<void> {
    const { readAgain, log, isWorker, apply } = this.#options;
    const reread = await readAgain();
    if (reread === null) return apply(null);
    if ("problem" in reread) return this.#refuse(reread.problem);
    const { file } = reread;
    const { config, changed } = keepSettled(this.#config, reread.config);
    const path = searchPath(process.env);
    const { resources, problems } = await findResources(config, path, { isTried: isWorker });
    if (problems.length > 0) return this.#refuse(problems.map(({ text }) => text).join("; "));
    await apply({ config, resources, file });
    this.#config = config;
    if (isWorker) return;
    const about = { file: file.path, routes: config.routes.length || undefined };
    log.write("info", "the configuration is read", about);
    if (changed.length === 0) return;
    const names = changed.join(", ");
    log.write("error", `what the file says of these counts from the next start on: ${names}`);
  }

  #refuse(problem: string): void {
    this.#options.log.write("error", `the configuration stays as it was: ${problem}`);
  }
}
