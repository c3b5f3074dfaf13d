// Routes that are words: PATH=COMMAND, from the command line and the environment.

import { parseRoutePath } from "../route-path.ts";
import { splitCommand } from "./command-text.ts";
import { coveredText, coveringRoute, judgeCount } from "./covered-routes.ts";
import type { RouteLayer } from "./layers.ts";
import { UsageError } from "./value.ts";

/** `option` is what gives them, as it would stand there: `--route`. Throws UsageError. */
export function readRoutes(
  texts: readonly string[],
  { option, source }: { readonly option: string; readonly source: string },
): readonly RouteLayer[] {
  judgeCount(texts.length);
  const routes: RouteLayer[] = [];
  // An empty one is the default: none.
  for (const text of texts.filter((given) => given !== "")) {
    const given = `${option}=${text}`;
    const mark = text.indexOf("=");
    if (mark < 0) {
      throw new UsageError(
        `${given}: PATH=COMMAND is wanted, for example ${option}='/chat=python3 -u chat.py'`,
      );
    }
    const path = parseRoutePath(text.slice(0, mark));
    if ("problem" in path) throw new UsageError(`${given}: ${path.problem}`);
    const command = { texts: splitCommand(text.slice(mark + 1), given), source };
    const route = { path, hosts: null, source, values: new Map(), command };
    const by = coveringRoute(routes, route);
    if (by !== undefined) throw new UsageError(`${given}: ${coveredText(route, by)}`);
    routes.push(route);
  }
  return routes;
}
