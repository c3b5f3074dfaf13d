// The comparison with websocketd: --cgidir.

import { setDefaultTimeout } from "bun:test";
import { TEST_TIMEOUT_MS } from "../../support/server.ts";
import { CGI_SETUPS } from "./cgi-cases.ts";
import { describeSetup } from "./run-setup.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

for (const setup of CGI_SETUPS) describeSetup(setup);
