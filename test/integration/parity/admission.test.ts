// The comparison with websocketd: who is let in.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { ADMISSION_SETUPS } from "./admission-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of ADMISSION_SETUPS) describeSetup(setup);
