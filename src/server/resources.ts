// What a configuration names and the machine must have: the program, directories, certificates; found before anything starts.

import { realpathSync, statSync } from "node:fs";
import type { CredentialStore } from "../access/credential-store.ts";
import type { Config } from "../config.ts";
import type { TlsContext } from "../net/tls-context.ts";
import { UNCONTAINED, type Containment } from "../service/containment.ts";
import { resolveCommand, type Command } from "../service/launcher.ts";
import { loadFeatures, type Features } from "./features.ts";
import type { InheritedSocket } from "./inherited.ts";
import type { OwnEnvironment } from "./own-variables.ts";
import { commandProgram, directoryPrograms, type Programs } from "./programs.ts";
import type { Share } from "../share/share.ts";

export interface Resources {
  readonly features: Features;
  readonly command: Command | null;
  /** Null: no program is served by WebSocket. */
  readonly programs: Programs | null;
  /** Null: none is asked. */
  readonly gate: Command | null;
  /** Real paths. */
  readonly directory: string | null;
  readonly staticDirectory: string | null;
  readonly cgiDirectory: string | null;
  /** Null: plain. */
  readonly tls: TlsContext | null;
  /** Null: nobody need say who they are. */
  readonly credentials: CredentialStore | null;
  readonly containment: Containment;
  /** Sockets that were handed down. */
  readonly sockets: readonly InheritedSocket[];
  /** What is counted together with other workers; null: there are none. */
  readonly share: Share | null;
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
  const find = (argv: readonly string[], explain: (text: string, name: string) => string) => {
    const [name] = argv;
    if (name === undefined) return null;
    const found = resolveCommand(argv, path);
    if (!("kind" in found)) return found;
    problems.push({ kind: `command ${found.kind}`, text: explain(found.text, name) });
    return null;
  };
  const command = find(config.command, (text) => text);
  const gate = find(config.gate === null ? [] : [config.gate.program], gateProblem);
  const realDirectory = (option: string, directory: string | null) => {
    if (directory === null) return null;
    const real = directoryOrProblem(option, directory);
    if (typeof real === "string") return real;
    problems.push(real);
    return null;
  };
  const directory = realDirectory("dir", config.directory);
  const programs = [command, gate].flatMap((program) => (program === null ? [] : [program.path]));
  const contained = features.containment?.findContainment(config.containment, {
    path,
    programs,
    isTried,
  });
  for (const text of contained?.problems ?? []) problems.push({ kind: "configuration", text });
  const account = contained?.containment.account ?? null;
  const terminal = features.terminal?.terminalProblem(config, account) ?? null;
  if (terminal !== null) problems.push({ kind: "configuration", text: terminal });
  const opened = <Opened extends object>(found: Opened | string | undefined): Opened | null => {
    if (typeof found !== "string") return found ?? null;
    problems.push({ kind: "configuration", text: found });
    return null;
  };
  const { tls, authentication } = config;
  const resources: Resources = {
    features,
    command,
    programs: programsOf(command, directory),
    gate,
    directory,
    staticDirectory: realDirectory("staticdir", config.http.staticDirectory),
    cgiDirectory: realDirectory("cgidir", config.http.cgiDirectory),
    tls: opened(tls === null ? undefined : features.tls?.openCertificates(tls)),
    credentials: opened(
      authentication === null ? undefined : features.credentials?.openCredentials(authentication),
    ),
    containment: contained?.containment ?? UNCONTAINED,
    sockets: [],
    share: null,
  };
  return { resources, problems };
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
    return problem(code === "ENOENT" ? "there is no such directory" : `cannot be opened (${code})`);
  }
}
