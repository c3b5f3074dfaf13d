// RFC 7692 7.1: whatever is offered, the answer lies within it and reads as what was agreed on.

import fc from "fast-check";
import { describe, expect, test } from "bun:test";
import { negotiateDeflate } from "../../src/websocket/deflate-parameters.ts";
import { parseExtensionOffers } from "../../src/websocket/extension-offer.ts";
import { seedOfRun } from "../support/random.ts";
import { SIZES } from "./deflate-negotiate.ts";

describe("any offer", () => {
  const name = fc.constantFrom(
    "server_no_context_takeover",
    "client_no_context_takeover",
    "server_max_window_bits",
    "client_max_window_bits",
    "x",
    "__proto__",
  );
  const number = fc.integer({ min: 0, max: 20 }).map(String);
  const value = fc.option(
    fc.oneof(number, fc.constantFrom("07", "016", "", "-1", "99999999999999999999", "x")),
    { nil: undefined },
  );
  const offer = fc.record({
    name: fc.constantFrom("permessage-deflate", "permessage-deflate", "other"),
    parameters: fc.array(fc.tuple(name, value), { maxLength: 4 }),
  });

  test("is answered within what was offered, and the answer reads as what was agreed on", () => {
    const seed = seedOfRun();
    let agreed = 0;
    fc.assert(
      fc.property(fc.array(offer, { maxLength: 4 }), fc.boolean(), (offers, takeover) => {
        const agreement = negotiateDeflate(offers, { takeover });
        if (agreement === null) return;
        agreed++;
        const { parameters, response } = agreement;
        const [answer] = parseExtensionOffers(response)!;
        expect(answer!.name).toBe("permessage-deflate");
        const read = new Map(answer!.parameters);
        expect(parameters).toEqual({
          serverNoContextTakeover: read.has("server_no_context_takeover"),
          clientNoContextTakeover: read.has("client_no_context_takeover"),
          serverMaxWindowBits: Number(read.get("server_max_window_bits") ?? 15),
          clientMaxWindowBits: Number(read.get("client_max_window_bits") ?? 15),
        });
        // 7.1.2: a window is answered only as it was offered; neither is out of range.
        const asked = offers.flatMap(({ parameters: pairs }) =>
          pairs.map((pair) => pair.join("=")),
        );
        const windows = response.split("; ").filter((word) => word.includes("window_bits"));
        expect(asked).toEqual(expect.arrayContaining(windows));
        expect(SIZES).toContain(parameters.serverMaxWindowBits);
        expect(SIZES).toContain(parameters.clientMaxWindowBits);
      }),
      { seed, numRuns: 5000 },
    );
    expect(agreed).toBeGreaterThan(0);
  });
});
