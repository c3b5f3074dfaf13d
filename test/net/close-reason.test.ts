// What a client is told at the end: a close code and a reason for each cause.

import { describe, expect, test } from "bun:test";
import { closeReasonFor } from "../../src/net/close-reason.ts";
import type { EndCause } from "../../src/session/endpoint.ts";
import { isCloseCodeLegal } from "../../src/websocket/close-code.ts";

/** Each cause with its code in the styles `status` and `plain`, and its reason. */
const ROWS: readonly (readonly [cause: EndCause, status: number, plain: number, reason: string])[] =
  [
    [{ kind: "exit", status: 0 }, 1000, 1000, "exit 0"],
    [{ kind: "exit", status: 1 }, 4001, 1011, "exit 1"],
    [{ kind: "exit", status: 255 }, 4255, 1011, "exit 255"],
    [{ kind: "signal", name: "SIGHUP", number: 1 }, 4301, 1011, "signal SIGHUP"],
    [{ kind: "signal", name: "SIGKILL", number: 9 }, 4309, 1011, "signal SIGKILL"],
    [{ kind: "signal", name: "64", number: 64 }, 4364, 1011, "signal 64"],
    [{ kind: "timeout" }, 1011, 1011, "the program did not answer in time"],
    [{ kind: "defect" }, 1011, 1011, "the server met a defect of its own"],
    [{ kind: "stopping" }, 1001, 1001, "the server is stopping"],
    [{ kind: "stopping", code: 1012 }, 1012, 1012, "the server is restarting"],
    [{ kind: "operator" }, 1001, 1001, "whoever runs the server has ended this session"],
    [{ kind: "no-memory" }, 1013, 1013, "the server is out of buffer memory"],
    [{ kind: "violation", code: 1009, name: "n", text: "t" }, 1009, 1009, "t"],
    [{ kind: "output", code: 1011, name: "n", text: "t" }, 1011, 1011, "t"],
    [{ kind: "closed", code: 4711 }, 1000, 1000, ""],
    [{ kind: "gone" }, 1000, 1000, ""],
  ];

describe("PARITY 2: a program's exit becomes a close code", () => {
  for (const [cause, status, plain, reason] of ROWS) {
    test(`${JSON.stringify(cause)}`, () => {
      expect(closeReasonFor(cause, "status")).toEqual({ code: status, reason });
      expect(closeReasonFor(cause, "plain")).toEqual({ code: plain, reason });
      expect(isCloseCodeLegal(status)).toBe(true);
      expect(isCloseCodeLegal(plain)).toBe(true);
    });
  }
});
