// What a unit's lines SystemCallFilter= come to: the names of the system calls that it allows.

type Sets = ReadonlyMap<string, readonly string[]>;

/** As systemd-analyze lists them: `@name`, then its members, indented. */
export async function systemCallSets(): Promise<Sets> {
  const child = Bun.spawn(["systemd-analyze", "syscall-filter", "--no-pager"]);
  const sets = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of (await new Response(child.stdout).text()).split("\n")) {
    if (line.startsWith("@")) sets.set(line.trim(), (current = []));
    else if (/^ +[@\w]/.test(line)) current.push(line.trim());
  }
  return sets;
}

export function allowedCalls(unit: string, sets: Sets): string[] {
  const allowed = new Set<string>();
  for (const [, text] of unit.matchAll(/^SystemCallFilter=(.*)$/gm)) {
    const isTaken = text!.startsWith("~");
    for (const name of text!.replace("~", "").split(" ")) {
      for (const call of members(name, sets)) {
        if (isTaken) allowed.delete(call);
        else allowed.add(call);
      }
    }
  }
  // A list of what is allowed has these in any case.
  for (const call of members("@default", sets)) allowed.add(call);
  return [...allowed];
}

function members(name: string, sets: Sets): string[] {
  if (!name.startsWith("@")) return [name];
  const found = sets.get(name);
  if (found === undefined) throw new Error(`systemd knows no ${name}`);
  return found.flatMap((member) => members(member, sets));
}
