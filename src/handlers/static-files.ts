// --staticdir: the files in a directory, and nothing else: no listing, no dotfiles, no way out.

import { closeSync, constants, fstatSync, openSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { directoryLocation, fileNames } from "../http/request-path.ts";
import type { RequestHead } from "../http/request.ts";
import { fileResponse, type OpenFile } from "./file-response.ts";
import type { Handler } from "./handler.ts";

export interface StaticFilesOptions {
  /** A real path. */
  readonly root: string;
  /** Real paths, at and below which nothing is served: programs and private keys are not files. */
  readonly excluded: readonly string[];
  /** Something was not served that an operator may have meant to be. */
  readonly refused: (text: string) => void;
}

/** RFC 8615: the one name with a dot that is there to be read. */
const WELL_KNOWN = ".well-known";
const INDEX = "index.html";
const ALLOW = { Allow: "GET, HEAD", "Content-Length": "0" };

export function staticFiles(options: StaticFilesOptions): Handler {
  return (head, { raw, query }) => {
    const names = fileNames(raw);
    if (names === null || hasHidden(names)) return null;
    const isDirectory = names.at(-1) === "";
    const path = join(options.root, ...names, isDirectory ? INDEX : "");
    const opened = open(path, options);
    if (opened === null) return null;
    if (opened === "directory")
      return isDirectory ? null : moved(directoryLocation({ raw, query }));
    if (opened === "forbidden")
      return new Response(null, { status: 403, headers: { "Content-Length": "0" } });
    const answer =
      judgeMethod(head) ??
      (names.at(-1) === INDEX ? moved(query === "" ? "./" : `./?${query}`) : null);
    if (answer === null) return fileResponse(head, opened);
    opened.close();
    return answer;
  };
}

function hasHidden(names: readonly string[]): boolean {
  return names.some((name, i) => name.startsWith(".") && !(i === 0 && name === WELL_KNOWN));
}

function judgeMethod({ method }: RequestHead): Response | null {
  if (method === "GET" || method === "HEAD") return null;
  return new Response(null, { status: 405, headers: ALLOW });
}

function moved(location: string): Response {
  return new Response(null, {
    status: 301,
    headers: { Location: location, "Content-Length": "0" },
  });
}

/** What was opened is what is judged: between a look at a path and its use it could become another. */
function open(
  path: string,
  options: StaticFilesOptions,
): OpenFile | "directory" | "forbidden" | null {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? "forbidden" : null;
  }
  const stats = fstatSync(fd);
  const real = readlinkSync(`/proc/self/fd/${fd}`);
  const isInside = isBelow(options.root, real);
  if (!isInside)
    options.refused(`"${path}" is a link out of "${options.root}" (copy the file there)`);
  const isServed = isInside && !options.excluded.some((excluded) => isBelow(excluded, real));
  if (isServed && stats.isFile()) {
    return { fd, stats, type: typeOf(path), close: once(() => closeSync(fd)) };
  }
  closeSync(fd);
  return isServed && stats.isDirectory() ? "directory" : null;
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root === "/" ? root : root + "/");
}

/** Text without a charset would be guessed at; RFC 8259 11: JSON has none. */
function typeOf(path: string): string {
  const type = Bun.file(path).type.replace(/^application\/json;.*/, "application/json");
  return type.startsWith("text/") && !type.includes("charset") ? `${type};charset=utf-8` : type;
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
