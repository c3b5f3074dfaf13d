// The comparison with websocketd: --header, --redirport, --devconsole.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { HTTP_SETUPS } from "./http-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of HTTP_SETUPS) describeSetup(setup);
