// Finds the program that a path names in a directory: --dir and --cgidir.

import { accessSync, constants, realpathSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";

export interface Script {
  /** Below the directory, as the path names it. */
  readonly path: string;
  /** RFC 3875 4.1.13: the part of the request's path that names it, and what is behind it (4.1.5). */
  readonly scriptName: string;
  readonly pathInfo: string;
}

/** Why there is none; `text`, for the log, when an operator may have meant it otherwise. */
export interface NoScript {
  readonly text?: string;
}

/**
 * `root` is a real path, `names` those of the request's path, each decoded and good for a file's name. The first file
 * on the way is the program. What begins with a dot is not served: it is an editor's, or a repository's.
 */
export function findScript(root: string, names: readonly string[]): Script | NoScript {
  let path = root;
  for (const [i, name] of names.entries()) {
    if (name === "" || name.startsWith(".")) return {};
    path = join(path, name);
    const found = statOrNull(path);
    if (found === null) return {};
    if (found.isDirectory()) continue;
    if (!found.isFile()) return {};
    const rest = names.slice(i + 1);
    return (
      problemOf(root, path) ?? {
        path,
        scriptName: "/" + names.slice(0, i + 1).join("/"),
        pathInfo: rest.length === 0 ? "" : "/" + rest.join("/"),
      }
    );
  }
  return {};
}

function problemOf(root: string, path: string): NoScript | null {
  const real = realpathSync(path);
  if (!real.startsWith(root === "/" ? root : root + "/")) {
    return { text: `"${path}" is a link out of "${root}" (copy the program there)` };
  }
  try {
    accessSync(path, constants.X_OK);
    return null;
  } catch {
    return { text: `"${path}" is not executable (chmod +x it)` };
  }
}

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null; // not there, or not to be seen; a name that is too long
  }
}
