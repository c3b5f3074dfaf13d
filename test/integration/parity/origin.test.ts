// The comparison with websocketd: Origin.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { ORIGIN_SETUPS } from "./origin-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of ORIGIN_SETUPS) describeSetup(setup);
