// RFC 6455 4.2.2 step 5: the subprotocol and the extension that a handshake agrees on.

import { describe, expect, test } from "bun:test";
import { acceptResponse, type HandshakeAgreement } from "../../src/websocket/handshake.ts";
import { AGREED, judge, refusal, SAMPLE_ACCEPT } from "./handshake-judge.ts";

describe("4.2.2 step 5: what is agreed on", () => {
  test("the first subprotocol in the client's order that is spoken", () => {
    const policy = { subprotocols: ["a", "b"] };
    const fields = { "sec-websocket-protocol": "x, b, a" };
    const verdict = judge({ policy, fields });
    expect(verdict).toEqual({ ...AGREED, subprotocol: "b" });
    expect(acceptResponse(verdict as HandshakeAgreement)).toContain(
      "\r\nSec-WebSocket-Protocol: b\r\n",
    );
  });

  test("none is answered when none is spoken, asked for or in the same case", () => {
    for (const asked of [undefined, "x", "A"]) {
      const fields = { "sec-websocket-protocol": asked };
      expect(judge({ policy: { subprotocols: ["a"] }, fields })).toEqual(AGREED);
    }
  });

  test("--subprotocol-required refuses who asks for none, and names those spoken", () => {
    const policy = { subprotocols: ["a", "b"], subprotocolRequired: true };
    expect(refusal({ policy }).status).toBe(400);
    expect(refusal({ policy }).text).toContain("a, b");
    const fields = { "sec-websocket-protocol": "b" };
    expect(judge({ policy, fields })).toEqual({ ...AGREED, subprotocol: "b" });
  });

  test("11.3.4 subprotocols must be tokens, 4.1 (10) each once", () => {
    for (const value of ["", ",", "a b", "a,a", "\u00e4", 'a"', "\u00a0a"]) {
      expect(refusal({ fields: { "sec-websocket-protocol": value } }).status).toBe(400);
    }
  });

  test("4.1 (10) they are judged although none is spoken", () => {
    expect(judge({ fields: { "sec-websocket-protocol": "a, b" } })).toEqual(AGREED);
    expect(refusal({ fields: { "sec-websocket-protocol": "a, a" } }).status).toBe(400);
  });

  test("RFC 9110 5.6.1.2 empty elements are ignored", () => {
    const fields = { "sec-websocket-protocol": "x,, a, ", "sec-websocket-extensions": ",x," };
    const verdict = judge({ policy: { subprotocols: ["a"] }, fields });
    expect(verdict).toEqual({ ...AGREED, subprotocol: "a" });
  });

  test("9.1 extensions that are not of the grammar are refused, wanted or not", () => {
    for (const compress of ["off", "on"] as const) {
      for (const value of ["permessage-deflate; =", "", ",", "a=b", 'a; b="', 'a; b="\\']) {
        const fields = { "sec-websocket-extensions": value };
        expect(refusal({ fields, policy: { compress } }).status).toBe(400);
      }
    }
  });

  test("permessage-deflate only when it is wanted", () => {
    const fields = { "sec-websocket-extensions": "permessage-deflate" };
    expect(judge({ fields })).toEqual(AGREED);
    const verdict = judge({ fields, policy: { compress: "takeover" } }) as HandshakeAgreement;
    expect(verdict.deflate?.response).toBe("permessage-deflate");
    expect(acceptResponse(verdict)).toContain(
      "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
    );
    const without = judge({ fields, policy: { compress: "on" } }) as HandshakeAgreement;
    expect(without.deflate?.response).toBe(
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    );
  });

  test("RFC 7692 5.1 declined offers are no reason to refuse", () => {
    for (const compress of ["off", "on", "takeover"] as const) {
      const value = "permessage-deflate; server_max_window_bits=7, x-unknown; y=z";
      const fields = { "sec-websocket-extensions": value };
      expect(judge({ fields, policy: { compress } })).toEqual(AGREED);
    }
  });

  test("with both agreed on, the answer has one line for each", () => {
    const fields = {
      "sec-websocket-protocol": "a",
      "sec-websocket-extensions": "permessage-deflate; server_max_window_bits=10",
    };
    const policy = { compress: "takeover", subprotocols: ["a"] } as const;
    const verdict = judge({ policy, fields }) as HandshakeAgreement;
    expect(acceptResponse(verdict).split("\r\n")).toEqual([
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Accept: ${SAMPLE_ACCEPT}`,
      "Sec-WebSocket-Protocol: a",
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10",
      "",
      "",
    ]);
  });
});
