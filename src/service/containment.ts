// Starts processes as the operator wants them: as whom, where, with what rights and bounds, from their first instruction on.

import { accessSync, constants } from "node:fs";
import { setPriority } from "node:os";
import type { CgroupLeaf, CgroupParent } from "./cgroup.ts";
import { endedChild, notStartedChild, startedChild, startingChild } from "./orphans.ts";
import { withUsualDescriptors } from "./resource-limits.ts";

/** What holds for a process. What the system must allow for it has been tried: see server/containment.ts. */
export interface Containment {
  /** Null: as we are. */
  readonly uid: number | null;
  readonly gid: number | null;
  /** As whom it runs when its wrapper has become that; null: as we are. */
  readonly account: number | null;
  /** Where it starts, before what its kind of program has; null: that. */
  readonly directory: string | null;
  readonly umask: number | null;
  /** Set for ourselves around the start; null: not at all, or by the wrapper. */
  readonly niceness: { readonly wanted: number; readonly ours: number } | null;
  /** Words before the program's own: programs that set what Bun cannot, and become the next by exec. */
  readonly wrapper: readonly string[];
  /** Its soft limit of descriptors is the usual one, not ours. */
  readonly hasUsualDescriptors: boolean;
  readonly cgroup: CgroupParent | null;
}

export const UNCONTAINED: Containment = {
  uid: null,
  gid: null,
  account: null,
  directory: null,
  umask: null,
  niceness: null,
  wrapper: [],
  hasUsualDescriptors: true,
  cgroup: null,
};

type Ends = "inherit" | "ignore" | number;

export interface SpawnRequest {
  /** Absolute path and argv. */
  readonly command: { readonly path: string; readonly argv: readonly string[] };
  /** All that it finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdio: [Ends, Ends, Ends];
  /** Default: where we are. */
  readonly directory?: string;
  readonly onExit: (
    subprocess: Bun.Subprocess,
    status: number | null,
    signal: number | string | null,
  ) => void;
}

export interface Contained {
  readonly subprocess: Bun.Subprocess;
  /** Of its own, to be removed by ProcessGroup; null without --cgroup. */
  readonly leaf: CgroupLeaf | null;
}

/** Starts a process in a session and group of its own. Throws what Bun.spawn throws; nothing is left of it then. */
export function spawnContained(request: SpawnRequest, containment: Containment): Contained {
  const leaf = containment.cgroup?.makeLeaf() ?? null;
  const exit = new ExitWatch(request.onExit);
  const options: SpawnOptions = spawnOptions(request, containment);
  if (leaf !== null) options.cgroup = leaf.path;
  options.stdio = request.stdio;
  options.detached = true;
  options.onExit = exit.told;
  try {
    startingChild();
    const subprocess = inWindow(containment, () => Bun.spawn(options));
    if (!exit.hasCome) startedChild(subprocess.pid);
    return { subprocess, leaf };
  } catch (error) {
    notStartedChild();
    leaf?.remove();
    throw error;
  }
}

/**
 * Apart from `spawnContained`: what a function that lives as long as the process finds in its scope lives as long, and the
 * environment is most of what a start makes.
 */
class ExitWatch {
  hasCome = false;
  readonly told: SpawnRequest["onExit"];

  constructor(onExit: SpawnRequest["onExit"]) {
    this.told = (subprocess, status, signal) => {
      this.hasCome = true;
      endedChild(subprocess.pid);
      onExit(subprocess, status, signal);
    };
  }
}

/** For Bun.spawn; filled in place, because that is done for each session. */
interface StartOptions {
  readonly cmd: string[];
  readonly env: Record<string, string>;
  argv0?: string;
  cwd?: string;
  uid?: number;
  gid?: number;
}

interface SpawnOptions extends StartOptions {
  cgroup?: string;
  stdio?: [Ends, Ends, Ends];
  detached?: boolean;
  onExit?: SpawnRequest["onExit"];
}

/** What of a start does not depend on how it is waited for. */
export function spawnOptions(
  request: Pick<SpawnRequest, "command" | "environment" | "directory">,
  containment: Containment,
): StartOptions {
  const { command, environment } = request;
  const { uid, gid, wrapper } = containment;
  const directory = containment.directory ?? request.directory;
  const cmd = [...wrapper, command.path];
  for (let i = 1; i < command.argv.length; i++) cmd.push(command.argv[i]!);
  const options: StartOptions = { cmd, env: environment };
  // A wrapper's failure to run the program is an exit status like any other: what can be known is known before.
  if (wrapper.length > 0) accessSync(command.path, constants.X_OK);
  else options.argv0 = command.argv[0] ?? command.path;
  if (directory !== undefined) options.cwd = directory;
  if (uid !== null) options.uid = uid;
  if (gid !== null) options.gid = gid;
  return options;
}

/** What a child takes over from us is ours only while it is started: nothing else runs meanwhile. */
export function inWindow<Child extends { readonly pid: number }>(
  containment: Containment,
  spawn: () => Child,
): Child {
  const { umask, niceness, hasUsualDescriptors } = containment;
  const ours = umask === null ? null : process.umask(umask);
  try {
    if (niceness !== null) setPriority(niceness.wanted);
    return hasUsualDescriptors ? withUsualDescriptors(spawn) : spawn();
  } finally {
    if (niceness !== null) setPriority(niceness.ours);
    if (ours !== null) process.umask(ours);
  }
}
