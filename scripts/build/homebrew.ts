// The Homebrew formula of a release: its template, with addresses and checksums.

import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { filled } from "../template.ts";
import { sha256 } from "./checksums.ts";
import { MANIFEST, ROOT } from "./manifest.ts";

export interface Release {
  readonly directory: string;
  /** Where its files are to be had, under their names. */
  readonly releaseUrl: string;
  /** Paths of the binaries, and of the npm package, which has the man page and the completions. */
  readonly intel: string;
  readonly arm: string;
  readonly source: string;
}

/** Writes `websockd.rb`, and returns that name. */
export function homebrewFormula(release: Release): string {
  const url = (path: string) => `${release.releaseUrl}/${basename(path)}`;
  const text = filled(join(ROOT, "deploy/homebrew/websockd.rb"), {
    VERSION: MANIFEST.version,
    HOMEPAGE: release.releaseUrl,
    INTELURL: url(release.intel),
    INTELSUM: sha256(release.intel),
    ARMURL: url(release.arm),
    ARMSUM: sha256(release.arm),
    SOURCEURL: url(release.source),
    SOURCESUM: sha256(release.source),
  });
  // What is said about the template is not true of what is made of it.
  const formula = text.slice(text.indexOf("class "));
  writeFileSync(join(release.directory, "websockd.rb"), formula, { mode: 0o644 });
  return "websockd.rb";
}
