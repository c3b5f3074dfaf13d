// The comparison with websocketd: how a session ends.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { END_SETUPS } from "./end-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of END_SETUPS) describeSetup(setup);
