// The comparison with websocketd: what goes through.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { DATA_SETUPS } from "./data-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of DATA_SETUPS) describeSetup(setup);
