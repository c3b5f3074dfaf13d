// What a route does not inherit: options of the whole server that mean nothing beside what the route says itself.

import { COMMAND, type RouteLayer } from "./layers.ts";
import type { OptionName } from "./options.ts";
import { idleRecordOptions } from "./to-framing.ts";
import { Values } from "./values.ts";
import type { Words } from "./words.ts";

const RECORDS: readonly OptionName[] = [
  "framing",
  "binary",
  "frame-type",
  "max-record",
  "invalid-utf8",
];
const STDERR: readonly OptionName[] = ["stderr", "passstderr"];

/** Of `merged`, which has the route's own words before the server's. */
export function notInherited(route: RouteLayer, merged: Words): readonly string[] {
  const own = (name: string) => route.values.has(name);
  const values = new Values(merged);
  // Its program is its own, and how many of those wait is for it to say.
  const names: string[] = ["route", "dir", "prefork", ...(route.command === null ? [COMMAND] : [])];
  for (const name of route.values.keys()) names.push(...givesWay(name as OptionName, values));
  if (!own("prefork") || values.number("prefork") === 0) names.push("prefork-env");
  if (["framing", "binary", "frame-type"].some(own)) {
    const left = new Map([...merged.values].filter(([name]) => own(name) || !names.includes(name)));
    names.push(...idleRecordOptions(new Values({ ...merged, values: left })));
  }
  return names.filter((name) => !own(name));
}

/** For an option of the route's own: the other name of the same, and what belongs to what it does without. */
function givesWay(name: OptionName, values: Values): readonly OptionName[] {
  const text = values.text(name);
  switch (name) {
    case "framing":
    case "binary":
      return text === "false" ? [] : ["framing", "binary"];
    case "stderr":
    case "passstderr":
      return text === "false" ? [] : STDERR;
    case "pty":
      // What a terminal shows is no record, and stderr is in it.
      return text === "" || text === "pipe" ? [] : [...RECORDS, ...STDERR];
    // Both together would let nobody in but who is in the one and in the other.
    case "origin":
      return text === "" ? [] : ["sameorigin"];
    case "sameorigin":
      return text === "false" ? [] : ["origin"];
    case "on-client-close":
      return text === "stop" ? ["finish-timeout"] : [];
    case "gate":
      return text === "" ? ["gate-timeout"] : [];
    // Of the server's it would have a group that is not its own.
    case "user":
      return ["group"];
    case "cgroup":
      return text === "" ? ["cgroup-limit"] : [];
    case "subprotocol":
      return text === "" ? ["subprotocol-required"] : [];
    default:
      return [];
  }
}
