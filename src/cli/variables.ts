// What the environment says: WEBSOCKD_PORT=8080 is --port=8080, for every option of the table.

import { splitCommand } from "./command-text.ts";
import { COMMAND, type Layer, type PlacedTexts, type RouteLayer } from "./layers.ts";
import { OPTIONS } from "./options.ts";
import { readRoutes } from "./route-text.ts";
import { normalize, UsageError } from "./value.ts";
import { nearestName } from "./words.ts";

export const VARIABLE_PREFIX = "WEBSOCKD_";

/** What is asked of one call. */
const NOT_BY_VARIABLES = ["check", "help", "license", "version"];

/** What Kubernetes and Docker's links set in programs beside a service named `websockd`. */
const OF_A_SERVICE = /^(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;
const SERVICE_URL = /^(?:tcp|udp|sctp):\/\//;

/** An empty variable is as none; one of a repeatable option has a value a line. Throws UsageError. */
export function variablesLayer(
  environment: Readonly<Record<string, string | undefined>>,
  ignored: readonly string[],
): Layer {
  const rows = new Map(
    OPTIONS.filter(({ name }) => !NOT_BY_VARIABLES.includes(name)).map((row) => [
      row.name.toUpperCase().replaceAll("-", "_"),
      row,
    ]),
  );
  const values = new Map<string, PlacedTexts>();
  let command: PlacedTexts | null = null;
  let routes: readonly RouteLayer[] = [];
  for (const [variable, value = ""] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || ignored.includes(variable)) continue;
    const name = variable.slice(VARIABLE_PREFIX.length);
    if (value === "" || isOfService(name, value)) continue;
    const source = `environment ${variable}`;
    if (name === COMMAND) {
      command = { texts: splitCommand(value, `${variable}=${value}`), source };
      continue;
    }
    const row = rows.get(name);
    if (row === undefined) {
      const nearest = nearestName(name, [...rows.keys(), COMMAND]);
      const hint = nearest === null ? "unset it" : `did you mean ${VARIABLE_PREFIX}${nearest}?`;
      throw new UsageError(`${variable} in the environment is no option (${hint})`);
    }
    const given = row.type === "texts" ? value.split("\n").filter((line) => line !== "") : [value];
    if (row.name === "route") {
      routes = readRoutes(given, { option: variable, source });
      continue;
    }
    try {
      const texts = given.map((text) => normalize(row, text));
      values.set(row.name, { texts, source });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const text = error.message.replaceAll(`--${row.name}=`, `${variable}=`);
      throw new UsageError(`${text} (in the environment)`);
    }
  }
  return { values, command, routes };
}

function isOfService(name: string, value: string): boolean {
  return OF_A_SERVICE.test(name) || (name === "PORT" && SERVICE_URL.test(value));
}
