// Whether a server is watched, and by whom.

import type { Config } from "../config.ts";
import type { Admission } from "./admission.ts";
import type { Resources } from "./resources.ts";
import type { Tally } from "./tally.ts";
import type { Watch, WatchOptions } from "./watch.ts";

/** A worker is asked by its parent alone. */
export function createWatch(
  config: Config,
  { features, share, legacy }: Resources,
  of: Omit<WatchOptions, "at" | "isReady" | "legacy"> & { readonly admission: Admission },
): { readonly admin: Watch | null; readonly tally: Tally | null } {
  if (features.watch === null) return { admin: null, tally: null };
  const isReady = () => !of.admission.leaving && !of.admission.stopping;
  const at = share === null ? { config, features } : null;
  const admin = new features.watch.Watch({ ...of, at, legacy, isReady });
  return { admin, tally: admin.tally };
}
