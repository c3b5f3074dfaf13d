// DESIGN 3: which room may import which.

import { dirname, join } from "node:path";
import { readSource } from "./source-text.ts";

const ALL_ROOMS = [
  "kernel",
  "websocket",
  "http",
  "session",
  "descriptors",
  "net",
  "service",
  "access",
  "share",
  "handlers",
  "admin",
] as const;

/** A room is a folder of src, or a file beside them. What is not listed must not be imported. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  websocket: ["kernel"],
  session: ["kernel"],
  http: ["ip-address", "route-path"],
  descriptors: ["libc"],
  net: ["kernel", "websocket", "http", "session", "descriptors", "errno-text", "libc"],
  service: ["kernel", "http", "session", "descriptors", "libc"],
  access: ["errno-text", "http"],
  share: ["net", "service", "libc"],
  handlers: ["http", "service"],
  admin: ["http", "net", "handlers"],
  server: [
    ...ALL_ROOMS,
    "config",
    "config-life",
    "config-listen",
    "config-programs",
    "errno-text",
    "ip-address",
    "libc",
    "log",
    "log-format",
    "route-path",
  ],
  start: [
    ...ALL_ROOMS,
    "server",
    "config",
    "config-listen",
    "errno-text",
    "ip-address",
    "libc",
    "log",
    "log-format",
  ],
  cli: [
    "config",
    "config-life",
    "config-listen",
    "config-programs",
    "ip-address",
    "log-format",
    "route-path",
  ],
  // The Config says what is logged, and how.
  config: ["config-life", "config-listen", "config-programs", "log-format", "route-path"],
  "config-life": [],
  "config-listen": [],
  "config-programs": [],
  log: ["libc", "log-format", "log-sink"],
  "log-format": [],
  "log-sink": [],
  "errno-text": [],
  "ip-address": [],
  "route-path": [],
  license: [],
  libc: [],
  "bun-extra.d": [],
  places: ["cli", "server", "start"],
  main: ["places", "cli", "config", "license", "log", "server", "start"],
};

/** Modules of the runtime that a room may use; the others may use all. No room may use a package. */
const RUNTIME_MODULES: Readonly<Record<string, readonly string[]>> = {
  // The kernel reads its own wasm file.
  kernel: ["node:fs"],
  // Compression reads no file and waits for nothing: bytes in, bytes out.
  websocket: ["node:zlib"],
  http: [],
  session: [],
  "errno-text": [],
  "ip-address": [],
  "route-path": [],
};

export const PURE_ROOMS: readonly string[] = [
  "websocket",
  "http",
  "session",
  "errno-text",
  "ip-address",
  "route-path",
];

/** Clocks, timers, I/O and whatever else makes the same bytes come to something else. */
const IMPURE =
  /(?<![.\w#])(?:setTimeout|setInterval|setImmediate|queueMicrotask|performance|console|process|fetch|Date|Math\.random|crypto|Bun\.(?!SHA1\b)\w+)\b/g;

/** `src/net/listener.ts` is in `net`, `src/log.ts` in `log`; null outside of src. */
export function roomOf(path: string): string | null {
  const [top, folder, ...rest] = path.split("/");
  if (top !== "src" || folder === undefined) return null;
  return rest.length > 0 ? folder : folder.replace(/\.ts$/, "");
}

/** What a file imports, types too, which `scanImports` drops. */
export function importsOf(source: string): string[] {
  const scanned = new Bun.Transpiler({ loader: "ts" }).scanImports(source.replace(/^#!.*/, ""));
  const found = new Set(scanned.map((entry) => entry.path));
  const { code } = readSource(source);
  // The code has its strings emptied, in place: they are read from the source, at the same offset from the line.
  for (const statement of code.matchAll(/^\s*(?:import|export)\b[^";]*?"|\bimport\("/gm)) {
    const begin = statement.index + statement[0].length;
    const path = /^[^"\n]*/.exec(source.slice(begin))![0];
    if (isImport(statement[0])) found.add(path);
  }
  return [...found];
}

function isImport(statement: string): boolean {
  return /\bfrom\s+"$|^\s*import\s+"$|\bimport\("$/.test(statement);
}

/** What is wrong with the imports of a file. */
export function importProblems(path: string, source: string): string[] {
  const room = roomOf(path);
  if (room === null) return [];
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return [`the room ${room} is not in the table`];
  return importsOf(source).flatMap((name) => {
    if (!name.startsWith(".")) return moduleProblems(room, name);
    const target = roomOf(join(dirname(path), name));
    if (target === null) return [`imports ${name}, which is outside of src`];
    if (target === room || allowed.includes(target)) return [];
    return [`imports ${name}: ${room} must not import ${target}`];
  });
}

function moduleProblems(room: string, name: string): string[] {
  if (!/^(?:node|bun):/.test(name) && name !== "bun") return [`imports the package ${name}`];
  const allowed = RUNTIME_MODULES[room];
  return allowed === undefined || allowed.includes(name) ? [] : [`${room} must not use ${name}`];
}

/** What a pure room uses that is not pure. */
export function purityProblems(path: string, source: string): string[] {
  if (!PURE_ROOMS.includes(roomOf(path) ?? "")) return [];
  const used = readSource(source).code.match(IMPURE) ?? [];
  return [...new Set(used)].map((name) => `uses ${name}`);
}

/** All that is loaded while a server starts; from anywhere else a request could have to wait for it. */
const MAY_LOAD = [
  "src/server/server.ts",
  "src/places.ts",
  "src/main.ts",
  "src/start/run.ts",
  "src/server/features.ts",
  "src/server/listening.ts",
];

/** Code that is loaded when it is asked for, where that must not be. */
export function lateImportProblems(path: string, source: string): string[] {
  if (roomOf(path) === null || MAY_LOAD.includes(path)) return [];
  return /\b(?:import|require)\(/.test(readSource(source).code) ? ["loads code late"] : [];
}

/** Circles among files, each as the path around it. */
export function circles(sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const begin = way.indexOf(path);
    if (begin >= 0) found.push([...way.slice(begin), path].join(" > "));
    const source = sources.get(path);
    if (begin >= 0 || done.has(path) || source === undefined) return;
    for (const name of importsOf(source)) {
      if (name.startsWith(".")) visit(join(dirname(path), name), [...way, path]);
    }
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}
