// --check: everything that a start would need is looked up and tried, and nothing is started.

import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config.ts";
import { errnoText } from "../errno-text.ts";
import { acceptingOpener } from "../server/accepting.ts";
import { boundsOf } from "../server/bounds.ts";
import { describeContainment } from "../server/containment.ts";
import { countWorkers } from "./cores.ts";
import { describeCredentials } from "../server/secrets.ts";
import { exposureWarnings } from "../server/exposure.ts";
import { listenAll, ListenError } from "../server/listening.ts";
import { describeProxies } from "../server/proxies.ts";
import { findResources, type ResourceProblem, type Resources } from "../server/resources.ts";
import { terminalText } from "../server/terminal.ts";
import { pidFileProblem } from "./pid-file.ts";

export interface CheckResult {
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly problems: readonly ResourceProblem[];
}

/** `path` is $PATH. */
export async function checkServer(config: Config, path: string): Promise<CheckResult> {
  const { resources, problems } = await findResources(config, path);
  const bounds = boundsOf(config);
  const workers = countWorkers(config.start.workers);
  const urls = addressesOf(config);
  const { command, gate, directory, staticDirectory, cgiDirectory } = resources;
  const facts = [
    { name: "program", value: command?.path ?? null },
    { name: "programs below", value: directory },
    { name: "gate", value: gate?.path ?? null },
    ...config.routes.map(({ path: { text } }, i) => {
      const found = resources.routes[i]!;
      return { name: `route ${text}`, value: found.command?.path ?? found.directory };
    }),
    { name: "files below", value: staticDirectory },
    { name: "scripts below", value: cgiDirectory },
    ...(resources.tls?.describe() ?? []).map(({ file, text, isExpired }) => ({
      name: file,
      value: isExpired ? `EXPIRED: ${text}` : text,
    })),
    ...describeProxies(config.proxies),
    ...describeContainment(config.containment),
    ...describeCredentials(resources.credentials),
    { name: "terminal", value: config.pty === null ? null : terminalText(config.pty) },
    { name: "runs as", value: config.personality },
    ...(bounds.spares > 0 ? [{ name: "spare programs", value: String(bounds.spares) }] : []),
    { name: "workers", value: workers === 1 ? null : String(workers) },
    { name: "sessions at once", value: String(bounds.sessionsMax) },
    { name: "file descriptors", value: String(bounds.descriptors) },
    { name: "listens on", value: urls.join(" ") },
    { name: "watched at", value: watchedAt(config, resources) },
    {
      name: "health at",
      value: config.health && `${config.health.hostname}:${config.health.port}`,
    },
    ...exposureWarnings({ config, resources, urls }).map((value) => ({ name: "WARNING", value })),
  ].flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
  const files = [
    ...fileProblem("log-file", config.log.file),
    ...fileProblem("pidfile", config.start.pidFile),
  ];
  const doors = [...(await listenProblems(config)), ...(await watchProblems(config, resources))];
  return { facts, problems: [...problems, ...files, ...doors] };
}

function addressesOf({ listen, tls }: Config): string[] {
  const scheme = tls === null ? "ws" : "wss";
  const hosts = listen.addresses.length > 0 ? listen.addresses : ["*"];
  const tcp = listen.hasTcp ? hosts.map((host) => `${scheme}://${host}:${listen.port}/`) : [];
  return [...tcp, ...(listen.unixSocket === null ? [] : [`unix:${listen.unixSocket.path}`])];
}

/** Whether the file can be written, or made: nothing of it is touched, for a server may be using it. */
function fileProblem(option: string, path: string | null): ResourceProblem[] {
  if (path === null) return [];
  const problem = (text: string): ResourceProblem[] => [
    { kind: "configuration", text: `--${option}=${path}: ${text}` },
  ];
  try {
    const wrong = option === "pidfile" ? pidFileProblem(path) : null;
    if (wrong !== null) return problem(wrong);
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
    return [];
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return problem(`cannot be written (${errnoText(code)})`);
  }
}

/** An address that is in use may be in use by the very server that this configuration is for. */
async function listenProblems(config: Config): Promise<ResourceProblem[]> {
  const accept = (): never => {
    throw new Error("no connection is taken while checking");
  };
  const intake = { accept, proxied: null };
  try {
    const opener = acceptingOpener({
      secure: null,
      tcp: intake,
      local: intake,
      redirect: intake,
      failed: () => {},
    });
    const listening = await listenAll(config.listen, opener);
    listening.stop();
    return [];
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return error.isInUse ? [] : [{ kind: "configuration", text: error.message }];
  }
}

function watchedAt({ admin: at }: Config, { features: { admin } }: Resources): string | null {
  return at === null || admin === null ? null : admin.adminText(at);
}

async function watchProblems(
  { admin: at, health: healthAt }: Config,
  { features: { admin, health } }: Resources,
): Promise<ResourceProblem[]> {
  const texts = [
    at === null || admin === null ? null : await admin.adminProblem(at),
    healthAt === null || health === null ? null : await health.healthProblem(healthAt),
  ];
  return texts.flatMap((text) => (text === null ? [] : [{ kind: "configuration", text }]));
}
