// What is loaded only where the configuration asks for it: before anything starts, so that no request waits for code.

import type { Config } from "../config.ts";

type Condition = (config: Config) => boolean;

function feature<Module>(isWanted: Condition, load: () => Promise<Module>) {
  return { isWanted, load };
}

const isWatched: Condition = ({ admin, health }) => admin !== null || health !== null;
const hasTls: Condition = ({ tls }) => tls !== null;
const hasAuthentication: Condition = ({ authentication }) => authentication !== null;
/** Some bound is set for what programs may use. */
export const wantsContainment: Condition = ({ containment }) =>
  Object.values(containment).some((bound) =>
    Array.isArray(bound) ? bound.length > 0 : bound !== null,
  );

/** When each is wanted, and where it is; `node:crypto`, `node:zlib` and `node:dns` come with those that need them. */
const FEATURES = {
  watch: feature(isWatched, () => import("./watch.ts")),
  admin: feature(
    ({ admin }) => admin !== null,
    () => import("./admin.ts"),
  ),
  health: feature(
    ({ health }) => health !== null,
    () => import("./health.ts"),
  ),
  adminOfWorkers: feature(
    (config) => isWatched(config) && config.start.workers !== 1,
    () => import("./admin-of-workers.ts"),
  ),
  tls: feature(hasTls, () => import("./tls.ts")),
  credentials: feature(hasAuthentication, () => import("./credentials.ts")),
  authenticator: feature(hasAuthentication, () => import("./authenticator.ts")),
  containment: feature(wantsContainment, () => import("./containment.ts")),
  proxies: feature(
    ({ proxies }) => proxies.trusted.length > 0 || proxies.headerRequired,
    () => import("./proxies.ts"),
  ),
  gate: feature(
    ({ gate }) => gate !== null,
    () => import("./gate.ts"),
  ),
  prefork: feature(
    ({ prefork }) => prefork.count > 0,
    () => import("./prefork.ts"),
  ),
  terminal: feature(
    ({ pty }) => pty !== null,
    () => import("./terminal.ts"),
  ),
  routes: feature(
    ({ routes, basePath }) => routes.length > 0 || basePath !== "",
    () => import("./route-finder.ts"),
  ),
  compression: feature(
    ({ compress }) => compress !== "off",
    () => import("./compression.ts"),
  ),
  lookup: feature(
    ({ admission }) => admission.reverseLookup,
    () => import("../net/lookup.ts"),
  ),
  cgi: feature(
    ({ http }) => http.cgiDirectory !== null,
    () => import("./cgi.ts"),
  ),
  staticFiles: feature(
    ({ http }) => http.staticDirectory !== null,
    () => import("../handlers/static-files.ts"),
  ),
  devConsole: feature(
    ({ http }) => http.hasConsole,
    () => import("../handlers/dev-console.ts"),
  ),
  terminalConsole: feature(
    ({ http, pty }) => http.hasConsole && pty?.mode === "terminal",
    () => import("../handlers/terminal-console.ts"),
  ),
} as const;

type Rows = typeof FEATURES;

/** Their modules; null: not wanted. */
export type Features = {
  readonly [Name in keyof Rows]: Awaited<ReturnType<Rows[Name]["load"]>> | null;
};

/** Rejects when one cannot be loaded. */
export async function loadFeatures(config: Config): Promise<Features> {
  const all = [config, ...config.routes.map((route) => route.config)];
  const loading = Object.entries(FEATURES).map(async ([name, { isWanted, load }]) => {
    return [name, all.some(isWanted) ? await load() : null];
  });
  return Object.fromEntries(await Promise.all(loading)) as Features;
}
