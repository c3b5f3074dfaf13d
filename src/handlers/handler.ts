// What answers plain HTTP requests: one feature each, in a chain, the first that answers ends it.

import type { RequestPath } from "../http/request-path.ts";
import type { RequestHead } from "../http/request.ts";

/**
 * Answers a request, or says by null that it is not its own. It gets the head as it was read, not a `Request`: that
 * would normalise the path and lose what was sent. The answer's body is streamed out under backpressure, and cancelled
 * when the client goes; it is not sent for HEAD, but its Content-Length is.
 */
export type Handler = (head: RequestHead, path: RequestPath) => Response | null;
