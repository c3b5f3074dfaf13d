// Starts a shell as programs will be started, and sees whether it is what it should be: only the kernel knows what it allows.

import { inWindow, spawnOptions, type Containment } from "./containment.ts";

export interface Expected {
  /** Null: as we are. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly groups: readonly number[];
  /** Must be executable for it, as far as they are known yet. */
  readonly programs: readonly string[];
}

const SHELL = "/bin/sh";
/** Says who it is (proc(5)), without any other program. */
const SCRIPT = `while read -r line; do echo "$line"; done < /proc/self/status
for program; do [ -x "$program" ] || echo "Denied: $program"; done`;

/** What is refused, with the remedy; null: nothing. */
export function tryContainment(containment: Containment, expected: Expected): string | null {
  const leaf = containment.cgroup?.makeLeaf() ?? null;
  const who = `uid ${expected.uid ?? "as ours"}, gid ${expected.gid ?? "as ours"}`;
  try {
    const argv = [SHELL, "-c", SCRIPT, "sh", ...expected.programs];
    const command = { path: SHELL, argv };
    const options = spawnOptions({ command, environment: {} }, containment);
    const { stdout, stderr, exitCode } = inWindow(containment, () =>
      Bun.spawnSync({
        ...options,
        ...(leaf === null ? {} : { cgroup: leaf.path }),
        stdin: "ignore",
        timeout: TRIAL_TIMEOUT_MS,
      }),
    );
    if (exitCode !== 0) {
      const said = stderr.toString("utf8").trim().slice(0, 200);
      return `programs cannot be started so (${who}): ${said} (run websockd as root)`;
    }
    return problemIn(stdout.toString("utf8"), { expected, who });
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "EPERM" && expected.gid !== null) {
      return `--user, --group: no permission to become ${who} (run websockd as root, or with CAP_SETUID and CAP_SETGID)`;
    }
    const remedy = leaf === null ? "run websockd as root" : "have the whole --cgroup delegated";
    return `programs cannot be started so (${who}): ${message} (${remedy})`;
  } finally {
    leaf?.remove();
  }
}

const TRIAL_TIMEOUT_MS = 10_000;

function problemIn(
  status: string,
  { expected, who }: { expected: Expected; who: string },
): string | null {
  const numbers = (name: string) =>
    (new RegExp(`^${name}:(.*)$`, "m").exec(status)?.[1] ?? "")
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  const isAll = (name: string, id: number | null) =>
    id === null || numbers(name).every((found) => found === id);
  const groups = new Set(numbers("Groups").filter((group) => group !== expected.gid));
  const wanted = new Set(expected.groups);
  const isSame = expected.gid === null || groups.symmetricDifference(wanted).size === 0;
  if (!isAll("Uid", expected.uid) || !isAll("Gid", expected.gid) || !isSame) {
    return `--user, --group: the system lets nobody become ${who} with the groups ${[...wanted].join(" ") || "of nobody else"} (run websockd as root)`;
  }
  const denied = /^Denied: (.*)$/m.exec(status)?.[1];
  if (denied === undefined) return null;
  return `--user: "${denied}" is not executable for ${who} (chmod, or another place)`;
}
