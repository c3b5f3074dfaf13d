// What an operator should be warned of: a shell for anybody, a password that anybody can read.

import type { Config } from "../config.ts";
import { isLoopback } from "../net/loopback.ts";
import { shellBelow, shellIn } from "../service/shells.ts";
import type { Resources } from "./resources.ts";

export interface Exposure {
  readonly config: Config;
  readonly resources: Resources;
  /** Where clients connect: `ws://HOST:PORT/`, `unix:PATH`. */
  readonly urls: readonly string[];
}

/** How far a shell is reachable by whom, and what is said of it; the first that is true. */
const SHELL_WARNINGS: readonly {
  readonly isFar: boolean;
  readonly isOpen: boolean;
  readonly text: (shell: string, address: string) => string;
}[] = [
  {
    isFar: true,
    isOpen: true,
    text: (shell, address) =>
      `ANYBODY who reaches ${address}, and any web page that its users visit, can run commands by ${shell}`,
  },
  {
    isFar: true,
    isOpen: false,
    text: (shell, address) => `ANYBODY who reaches ${address} can run commands by ${shell}`,
  },
  {
    isFar: false,
    isOpen: true,
    text: (shell) =>
      `ANY WEB PAGE in a browser of this machine can run commands by ${shell}: every Origin is let in`,
  },
];
const REMEDIES: Readonly<Record<"far" | "near", string>> = {
  far: "--basic-auth-file=FILE, --bearer-file=FILE, --gate=PROGRAM or --sslca=FILE asks who they are; --address=127.0.0.1 keeps them out",
  near: "name your pages: --origin=LIST",
};

/** What to say loudly, at the start and by --check: of what is served everywhere, and of each route. */
export function exposureWarnings(exposure: Exposure): readonly string[] {
  const { config, resources } = exposure;
  const ofRoutes = config.routes.flatMap((route, i) => {
    const own = { ...resources, ...resources.routes[i]!, cgiDirectory: null };
    const warnings = warningsOf({ ...exposure, config: route.config, resources: own });
    return warnings.map((text) => ({ text, path: route.path.text }));
  });
  const everywhere = warningsOf(exposure);
  const others = ofRoutes.filter(({ text }) => !everywhere.includes(text));
  return [...everywhere, ...others.map(({ text, path }) => `route ${path}: ${text}`)];
}

function warningsOf({ config, resources, urls }: Exposure): readonly string[] {
  const far = farAddress({ resources, urls });
  const isGuarded =
    config.authentication !== null || (config.tls?.clientAuthorityFile ?? null) !== null;
  // A gate is asked before WebSockets, and not before scripts.
  const { cgiDirectory } = resources;
  const ungated = { command: null, directory: null, cgiDirectory };
  // Nobody runs a command at a terminal that takes no keys.
  const isShut = config.gate !== null || config.pty?.isReadonly === true;
  const open = isShut ? ungated : resources;
  const shell = isGuarded ? null : (terminalOf(config, open) ?? shellOf(open));
  const isOpen = isOpenToPages(config);
  const isFar = far !== null;
  const warning = SHELL_WARNINGS.find((row) => row.isFar === isFar && row.isOpen === isOpen);
  const isListening = isFar || urls.some((url) => !url.startsWith("unix:"));
  const warnings: string[] = [];
  if (shell !== null && isListening && warning !== undefined) {
    const text = warning.text(shell, far ?? "");
    warnings.push(`${text} (${REMEDIES[isFar ? "far" : "near"]})`);
  }
  // Behind a proxy that is named, TLS is its affair.
  const isBehindProxy = config.proxies.trusted.length > 0;
  if (config.authentication !== null && isFar && config.tls === null && !isBehindProxy) {
    const text = `passwords and tokens come to ${far} as anybody on the way can read them`;
    warnings.push(`${text} (--ssl, or a proxy that speaks TLS and --address=127.0.0.1)`);
  }
  const { admin } = config;
  if (admin !== null && "hostname" in admin && !isLoopback(admin.hostname)) {
    const text = `ANYBODY who reaches ${admin.hostname}:${admin.port} sees every session, and can end it`;
    warnings.push(
      `${text} (--admin=127.0.0.1:${admin.port}, or a proxy before it that asks who they are)`,
    );
  }
  return warnings;
}

/** Most programs of terminals start a shell when they are asked to, or run what one writes: vi, less, top. */
function terminalOf(
  { pty }: Config,
  { command, directory }: Pick<Resources, "command" | "directory">,
): string | null {
  const name = command?.argv[0] ?? directory;
  return pty?.mode !== "terminal" || name === null ? null : `${name}, in a terminal`;
}

function shellOf({
  command,
  directory,
  cgiDirectory,
}: Pick<Resources, "command" | "directory" | "cgiDirectory">): string | null {
  if (command !== null) {
    const shell = shellIn(command.argv, command.path);
    if (shell !== null) return shell;
  }
  for (const path of [directory, cgiDirectory]) {
    const name = path === null ? null : shellBelow(path);
    if (name !== null) return `${path}/${name}`;
  }
  return null;
}

/** The first address that more than this machine reaches; null: there is none. */
function farAddress({ resources, urls }: Omit<Exposure, "config">): string | null {
  const far = urls.find((url) => !url.startsWith("unix:") && !isLoopback(hostOf(url)));
  if (far !== undefined) return far;
  // A connection that was handed down came from anywhere.
  const isHanded = resources.sockets.some(({ isListening, isLocal }) => !isListening && !isLocal);
  return isHanded ? "whoever accepted this connection" : null;
}

function hostOf(url: string): string {
  return /^\w+:\/\/(\[[^\]]*\]|[^:/]*)/.exec(url)?.[1] ?? "";
}

/** A page of any Origin is let in. */
function isOpenToPages({ admission }: Config): boolean {
  const { isOpen, sameOrigin, allowed } = admission.origin;
  if (sameOrigin) return false;
  return allowed.length === 0 ? isOpen : allowed.includes("*");
}
