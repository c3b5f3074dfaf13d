// What our environment says to us alone, and not to the programs that we start.

/** Of every variable that is for us: options, and what our own processes tell each other. */
export const OWN_PREFIX = "WEBSOCKD_";
/** Says to a worker that it is one, and of what: see assignment.ts. */
export const WORKER_VARIABLE = "WEBSOCKD_WORKER";
/** Says to a daemon that it is one: see daemon.ts. */
export const DAEMON_VARIABLE = "WEBSOCKD_IN_BACKGROUND";
/** Hands the configuration file that was read on to our own processes: what it says must not change in between. */
export const CONFIG_VARIABLE = "WEBSOCKD_CONFIG_READ";
/** Says to a successor what its predecessor leaves it: see handover.ts. */
export const HANDOVER_VARIABLE = "WEBSOCKD_HANDED_OVER";

/** Those that are no options of the operator. */
export const OWN_VARIABLES: readonly string[] = [
  WORKER_VARIABLE,
  DAEMON_VARIABLE,
  CONFIG_VARIABLE,
  HANDOVER_VARIABLE,
];

export type OwnEnvironment = Record<string, string | undefined>;

/** The values of those variables, which are deleted. */
export function takeVariables<Name extends string>(
  environment: OwnEnvironment,
  names: readonly Name[],
): Record<Name, string | undefined> {
  const entries = names.map((name) => {
    const value = environment[name];
    delete environment[name];
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as Record<Name, string | undefined>;
}
