// The comparison with websocketd: the environment.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { ENVIRONMENT_SETUPS } from "./environment-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of ENVIRONMENT_SETUPS) describeSetup(setup);
