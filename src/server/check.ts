// --check: everything that a start would need is looked up and tried, and nothing is started.

import type { Config } from "../config.ts";
import { boundsOf } from "./bounds.ts";
import { describeContainment } from "./containment.ts";
import { listenAll, ListenError } from "./listening.ts";
import { describeProxies } from "./proxies.ts";
import { findResources, type ResourceProblem } from "./resources.ts";

export interface CheckResult {
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly problems: readonly ResourceProblem[];
}

/** `path` is $PATH. */
export async function checkServer(config: Config, path: string): Promise<CheckResult> {
  const { resources, problems } = findResources(config, path);
  const bounds = boundsOf(config);
  const { command, directory, staticDirectory, cgiDirectory } = resources;
  const facts = [
    { name: "program", value: command?.path ?? null },
    { name: "programs below", value: directory },
    { name: "files below", value: staticDirectory },
    { name: "scripts below", value: cgiDirectory },
    ...(resources.tls?.describe() ?? []).map(({ file, text, isExpired }) => ({
      name: file,
      value: isExpired ? `EXPIRED: ${text}` : text,
    })),
    ...describeProxies(config.proxies),
    ...describeContainment(config.containment),
    { name: "runs as", value: config.personality },
    { name: "sessions at once", value: String(bounds.sessionsMax) },
    { name: "file descriptors", value: String(bounds.descriptors) },
    { name: "listens on", value: addressesOf(config) },
  ].flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));
  return { facts, problems: [...problems, ...(await listenProblems(config))] };
}

function addressesOf({ listen, tls }: Config): string {
  const scheme = tls === null ? "ws" : "wss";
  const hosts = listen.addresses.length > 0 ? listen.addresses : ["*"];
  const tcp = listen.hasTcp ? hosts.map((host) => `${scheme}://${host}:${listen.port}/`) : [];
  return [...tcp, ...(listen.unixSocket === null ? [] : [`unix:${listen.unixSocket.path}`])].join(
    " ",
  );
}

/** An address that is in use may be in use by the very server that this configuration is for. */
async function listenProblems(config: Config): Promise<ResourceProblem[]> {
  const accept = (): never => {
    throw new Error("no connection is taken while checking");
  };
  const intake = { accept, proxied: null };
  try {
    const listening = await listenAll(config.listen, {
      tls: null,
      tcp: intake,
      local: intake,
      redirect: intake,
      failed: () => {},
    });
    listening.stop();
    return [];
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    return error.isInUse ? [] : [{ kind: "configuration", text: error.message }];
  }
}
