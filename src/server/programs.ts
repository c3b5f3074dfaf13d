// Which program serves a path: COMMAND for all, or the one that the path names in a directory.

import { dirname } from "node:path";
import { decodePath, fileNames, type RequestPath } from "../http/request-path.ts";
import { refuse } from "../http/request.ts";
import type { PlainResponse } from "../http/response.ts";
import type { Command } from "../service/launcher.ts";
import { findScript } from "../service/script-directory.ts";

export interface Program {
  readonly command: Command;
  readonly scriptName: string;
  readonly pathInfo: string;
  /** When it cannot be started: 502, or 404 for one that the path named. */
  readonly brokenStatus: 404 | 502;
  /** Where it is started; undefined: where we are. */
  readonly directory?: string;
}

export interface NoProgram {
  readonly response: PlainResponse;
  /** For the log. */
  readonly problem: string | undefined;
}

export type Programs = (path: RequestPath) => Program | NoProgram;

/** COMMAND: PARITY 1.3 has the whole path as PATH_INFO, as far as nothing names a part of it. */
export function commandProgram(command: Command): Programs {
  return ({ base, raw }) => {
    return { command, scriptName: base || "/", pathInfo: decodePath(raw), brokenStatus: 502 };
  };
}

/** --dir: they get no arguments, and run where we do. `root` is a real path. */
export function directoryPrograms(root: string): Programs {
  return (path) => find(root, path);
}

/** --cgidir: RFC 3875 7.2 wants a script run in its own directory. */
export function cgiPrograms(root: string): Programs {
  return (path) => {
    const found = find(root, path);
    return "command" in found ? { ...found, directory: dirname(found.command.path) } : found;
  };
}

function find(root: string, { base, raw }: RequestPath): Program | NoProgram {
  const names = fileNames(raw);
  const found = names === null ? {} : findScript(root, names);
  if (!("path" in found)) {
    const response = refuse(404, "There is no program at this path.");
    return { response, problem: found.text };
  }
  const { path, scriptName, pathInfo } = found;
  const command = { path, argv: [path] };
  return { command, scriptName: base + scriptName, pathInfo, brokenStatus: 404 };
}
