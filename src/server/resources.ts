// What a configuration names and the machine must have: the program, directories, certificates; found before anything starts.

import { realpathSync, statSync } from "node:fs";
import type { CredentialStore } from "../access/credential-store.ts";
import type { Config } from "../config.ts";
import { errnoText } from "../errno-text.ts";
import type { TlsContext } from "../net/tls-context.ts";
import { UNCONTAINED, type Containment } from "../service/containment.ts";
import { resolveCommand, type Command } from "../service/launcher.ts";
import { loadFeatures, wantsContainment, type Features } from "./features.ts";
import type { InheritedSocket } from "./inherited.ts";
import type { Legacy } from "./legacy.ts";
import type { OwnEnvironment } from "./own-variables.ts";
import { commandProgram, directoryPrograms, type Programs } from "./programs.ts";
import type { Share } from "../share/share.ts";

/** What COMMAND needs, or a route. */
export interface ProgramResources {
  readonly command: Command | null;
  /** Null: no program is served by WebSocket. */
  readonly programs: Programs | null;
  /** Null: none is asked. */
  readonly gate: Command | null;
  /** A real path, as the other directories are. */
  readonly directory: string | null;
  readonly containment: Containment;
}

export interface Resources extends ProgramResources {
  readonly features: Features;
  /** In the order of the configuration's. */
  readonly routes: readonly ProgramResources[];
  readonly staticDirectory: string | null;
  readonly cgiDirectory: string | null;
  /** Null: plain. */
  readonly tls: TlsContext | null;
  /** Null: nobody need say who they are. */
  readonly credentials: CredentialStore | null;
  /** Sockets that were handed down. */
  readonly sockets: readonly InheritedSocket[];
  /** What our predecessor left; null: there was none. */
  readonly legacy: Legacy | null;
  /** What is counted together with other workers; null: there are none. */
  readonly share: Share | null;
}

/** A configuration that was read, and what it names. */
export interface Reading {
  readonly config: Config;
  readonly resources: Resources;
  /** Where it stands, and what stood there; null: in no file. */
  readonly file: { readonly path: string; readonly text: string } | null;
}

/** Something that is not there, or not good; the text names it and the remedy. */
export interface ResourceProblem {
  readonly kind: "command not found" | "command not executable" | "configuration";
  readonly text: string;
}

/** Where programs are looked for when nobody says: inetd has no PATH. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** $PATH, or what stands for it. */
export function searchPath(environment: OwnEnvironment): string {
  return environment["PATH"] ?? DEFAULT_PATH;
}

/** Finds everything; the problems are all there are, not the first. `isTried`: see findContainment. Default: false. */
export async function findResources(
  config: Config,
  path: string,
  { isTried = false } = {},
): Promise<{ readonly resources: Resources; readonly problems: readonly ResourceProblem[] }> {
  const features = await loadFeatures(config);
  const problems: ResourceProblem[] = [];
  const finder = new Finder({ features, path, isTried, problems });
  const opened = <Opened extends object>(found: Opened | string | undefined): Opened | null => {
    if (typeof found !== "string") return found ?? null;
    problems.push({ kind: "configuration", text: found });
    return null;
  };
  const { tls, authentication } = config;
  const resources: Resources = {
    ...finder.program(config),
    features,
    staticDirectory: finder.directory("staticdir", config.http.staticDirectory),
    cgiDirectory: finder.directory("cgidir", config.http.cgiDirectory),
    tls: opened(tls === null ? undefined : features.tls?.openCertificates(tls)),
    credentials: opened(
      authentication === null ? undefined : features.credentials?.openCredentials(authentication),
    ),
    routes: config.routes.map((route) => {
      const own: ResourceProblem[] = [];
      const found = new Finder({ features, path, isTried, problems: own }).program(route.config);
      const name = `route ${route.path.text}`;
      problems.push(...own.map(({ kind, text }) => ({ kind, text: `${name}: ${text}` })));
      return found;
    }),
    sockets: [],
    legacy: null,
    share: null,
  };
  return { resources, problems };
}

/** Looks for what a configuration names, and notes what there is not. */
class Finder {
  readonly #of: FinderOptions;

  constructor(options: FinderOptions) {
    this.#of = options;
  }

  program(config: Config): ProgramResources {
    const command = this.#command(config.command, (text) => text);
    const gate = this.#command(config.gate === null ? [] : [config.gate.program], gateProblem);
    const directory = this.directory("dir", config.directory);
    const containment = this.#containment(config, [command, gate]);
    const { terminal } = this.#of.features;
    const problem =
      config.pty === null ? null : terminal?.terminalProblem(config, containment.account);
    if (typeof problem === "string") this.#refuse({ kind: "configuration", text: problem });
    return { command, programs: programsOf(command, directory), gate, directory, containment };
  }

  /** Its real path. */
  directory(option: string, directory: string | null): string | null {
    if (directory === null) return null;
    const real = directoryOrProblem(option, directory);
    return typeof real === "string" ? real : this.#refuse(real);
  }

  #command(
    argv: readonly string[],
    explain: (text: string, name: string) => string,
  ): Command | null {
    const [name] = argv;
    if (name === undefined) return null;
    const found = resolveCommand(argv, this.#of.path);
    if (!("kind" in found)) return found;
    return this.#refuse({ kind: `command ${found.kind}`, text: explain(found.text, name) });
  }

  #containment(config: Config, commands: readonly (Command | null)[]): Containment {
    const { features, path, isTried } = this.#of;
    if (features.containment === null || !wantsContainment(config)) return UNCONTAINED;
    const programs = commands.flatMap((command) => (command === null ? [] : [command.path]));
    const options = { path, programs, isTried };
    const found = features.containment.findContainment(config.containment, options);
    for (const text of found.problems) this.#refuse({ kind: "configuration", text });
    return found.containment;
  }

  #refuse(problem: ResourceProblem): null {
    this.#of.problems.push(problem);
    return null;
  }
}

interface FinderOptions {
  readonly features: Features;
  /** $PATH. */
  readonly path: string;
  readonly isTried: boolean;
  /** What is found wrong is added. */
  readonly problems: ResourceProblem[];
}

/** What has a blank in it was meant for a shell, which no gate gets. */
function gateProblem(text: string, name: string): string {
  const remedy = name.includes(" ") ? "; a gate gets no arguments: write a script for them" : "";
  return `--gate: ${text}${remedy}`;
}

function programsOf(command: Command | null, directory: string | null): Programs | null {
  if (command !== null) return commandProgram(command);
  return directory === null ? null : directoryPrograms(directory);
}

function directoryOrProblem(option: string, directory: string): string | ResourceProblem {
  const problem = (what: string): ResourceProblem => {
    return { kind: "configuration", text: `--${option}=${directory}: ${what}` };
  };
  try {
    const real = realpathSync(directory);
    return statSync(real).isDirectory() ? real : problem("this is no directory");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return problem(
      code === "ENOENT" ? "there is no such directory" : `cannot be opened (${errnoText(code)})`,
    );
  }
}
