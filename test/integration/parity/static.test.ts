// The comparison with websocketd: --staticdir.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { STATIC_SETUPS } from "./static-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of STATIC_SETUPS) describeSetup(setup);
