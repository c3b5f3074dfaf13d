// Builds the front door: which handlers there are, and in which order they are asked.

import type { Log } from "../log.ts";
import { FrontDoor } from "./front-door.ts";
import type { Resources } from "./resources.ts";
import { Upgrader, type UpgraderOptions } from "./upgrade.ts";

export interface DoorOptions extends Omit<UpgraderOptions, "programs"> {
  readonly resources: Resources;
  readonly log: Log;
}

export function openDoor(options: DoorOptions): FrontDoor {
  const { admission, starter, log } = options;
  const { programs } = options.resources;
  return new FrontDoor({
    admission,
    starter,
    upgrader: programs === null ? null : new Upgrader({ ...options, programs }),
    before: [],
    scripts: null,
    after: [],
    served: (connection, head, word, status) => {
      const about = { peer: connection.peer, host: head.get("host"), path: head.target, status };
      log.write("access", word, about, "http");
    },
  });
}
