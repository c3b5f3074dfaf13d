// What whoever runs a server should hear when it starts, though it starts.

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Bounds } from "./bounds.ts";
import { exposureWarnings } from "./exposure.ts";
import type { Resources } from "./resources.ts";
import { warnOfSecrets } from "./secrets.ts";

export interface StartWarningsOptions {
  readonly resources: Resources;
  /** Where it listens. */
  readonly urls: readonly string[];
  readonly bounds: Pick<Bounds, "problem">;
  readonly log: Log;
}

export function warnAtStart(config: Config, options: StartWarningsOptions): void {
  const { resources, urls, bounds, log } = options;
  const maxforks = config.admission.sessionsMax;
  if (bounds.problem !== null) log.write("info", bounds.problem, { maxforks });
  warnOfSecrets(resources, log);
  const exposed = exposureWarnings({ config, resources, urls });
  for (const text of exposed) log.write("error", `WARNING: ${text}`);
}
