// The comparison with websocketd: --dir.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { ROUTING_SETUPS } from "./routing-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of ROUTING_SETUPS) describeSetup(setup);
