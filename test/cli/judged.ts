// Command lines judged as the program does it, with all that may be wanted for it at hand.

import {
  judgeCall as judge,
  PLAIN_CALL,
  readCall,
  type Arguments,
  type Call,
  type ReadCall,
} from "../../src/cli/arguments.ts";
import type { Layer } from "../../src/cli/layers.ts";
import { Routing } from "../../src/cli/routing.ts";

export function judgeCall(call: ReadCall, layers: readonly Layer[] = []): Arguments {
  return judge(call, layers, Routing);
}

export function parseArguments(argv: readonly string[], call: Call = PLAIN_CALL): Arguments {
  return judgeCall(readCall(argv, call));
}
