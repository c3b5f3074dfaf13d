// What of a configuration is settled when the server starts: a reload cannot change it, and says so.

import type { Config } from "../config.ts";

/** What people call it, and what of the configuration it is. */
const SETTLED: readonly (readonly [options: string, keys: readonly (keyof Config)[]])[] = [
  ["where to listen (--port, --address, --unixsocket, --redirport)", ["listen"]],
  ["--admin, --health", ["admin", "health"]],
  ["proxies (--trusted-proxy, --forwarded, --proxy-protocol)", ["proxies"]],
  ["how websockd is started (--workers, --pidfile and the like)", ["start"]],
  ["--buffer-memory", ["bufferMemory"]],
  ["--pingms", ["pingIntervalMs"]],
  ["--as-websocketd", ["personality"]],
  ["--loglevel, --log-format, --log-file", ["log"]],
];

/** What is settled stays; `changed` is what the next has otherwise, as people call it. */
export function keepSettled(
  config: Config,
  next: Config,
): { readonly config: Config; readonly changed: readonly string[] } {
  const changed = SETTLED.flatMap(([options, keys]) => {
    return keys.every((key) => Bun.deepEquals(config[key], next[key])) ? [] : [options];
  });
  const kept: Config = {
    ...next,
    ...Object.fromEntries(SETTLED.flatMap(([, keys]) => keys.map((key) => [key, config[key]]))),
  };
  const parts = [maxforksOf(config, next), tlsOf(config, next), lifeOf(config, next)];
  const whole = parts.map((part) => part.config);
  return {
    config: Object.freeze(Object.assign(kept, ...whole) as Config),
    changed: [...changed, ...parts.flatMap((part) => part.changed)],
  };
}

interface Part {
  readonly config: Partial<Config>;
  readonly changed: readonly string[];
}

function maxforksOf({ admission: before }: Config, { admission }: Config): Part {
  const { sessionsMax, sessionsPerAddressMax } = before;
  const isSame =
    sessionsMax === admission.sessionsMax &&
    sessionsPerAddressMax === admission.sessionsPerAddressMax;
  return {
    config: { admission: { ...admission, sessionsMax, sessionsPerAddressMax } },
    changed: isSame ? [] : ["--maxforks, --maxforks-per-ip"],
  };
}

/** Certificates may be others; whether TLS is spoken is a matter of the sockets. */
function tlsOf({ tls: before }: Config, { tls }: Config): Part {
  if ((before === null) === (tls === null)) return { config: {}, changed: [] };
  return { config: { tls: before }, changed: ["--ssl"] };
}

function lifeOf({ life: before }: Config, { life }: Config): Part {
  const { once, exitIdleMs } = before;
  const isSame = once === life.once && exitIdleMs === life.exitIdleMs;
  return {
    config: { life: { ...life, once, exitIdleMs } },
    changed: isSame ? [] : ["--once, --exit-idle"],
  };
}
