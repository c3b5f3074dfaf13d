// RFC 7692 5.1: of several offers, the first in the client's order that can be taken.

import { describe, expect, test } from "bun:test";
import { negotiateDeflate } from "../../src/websocket/deflate-parameters.ts";
import { DEFAULTS, negotiate } from "./deflate-negotiate.ts";

describe("5.1 of several offers", () => {
  test("the first that can be taken, in the client's order", () => {
    const value =
      "permessage-deflate; server_max_window_bits=10, permessage-deflate; server_max_window_bits=12";
    expect(negotiate(value, true)?.parameters.serverMaxWindowBits).toBe(10);
  });

  test("the example of 7.1.3 with a fallback", () => {
    const value =
      "permessage-deflate; client_max_window_bits; server_max_window_bits=10, " +
      "permessage-deflate; client_max_window_bits";
    expect(negotiate(value, true)?.response).toBe("permessage-deflate; server_max_window_bits=10");
  });

  test("nothing of a declined offer stays", () => {
    const value =
      "permessage-deflate; server_no_context_takeover; client_max_window_bits=9; x, permessage-deflate";
    expect(negotiate(value, true)).toEqual({
      parameters: DEFAULTS,
      response: "permessage-deflate",
    });
  });

  test("other extensions are passed over", () => {
    const value = "x-webkit-deflate-frame; no_context_takeover, a; b=1, permessage-deflate";
    expect(negotiate(value, true)?.response).toBe("permessage-deflate");
    const others = "permessage-deflat, permessage-deflate2, Permessage-Deflate, __proto__, deflate";
    expect(negotiate(others, true)).toBeNull();
  });

  test("none at all", () => {
    expect(negotiateDeflate([], { takeover: true })).toBeNull();
  });
});
