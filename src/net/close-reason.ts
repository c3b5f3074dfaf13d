// What a client is told when its session ends: a close code and a reason for each cause.

import type { EndCause } from "../session/endpoint.ts";
import {
  CLOSE_GOING_AWAY,
  CLOSE_INTERNAL_ERROR,
  CLOSE_NORMAL,
  CLOSE_POLICY_VIOLATION,
  CLOSE_SERVICE_RESTART,
  CLOSE_TRY_AGAIN_LATER,
} from "../websocket/close-code.ts";

/** `status` tells the program's exit in the private range; `plain` says only whether it went well. */
export type CloseCodeStyle = "status" | "plain";

const EXIT_BASE = 4000;
const SIGNAL_BASE = 4300;

export interface CloseReason {
  readonly code: number;
  readonly reason: string;
}

/** Whatever its exit: what the client got of its last record is not all that the length before it announced. */
export const CUT_RECORD: CloseReason = {
  code: CLOSE_INTERNAL_ERROR,
  reason: "the program ended inside of a record",
};

export function closeReasonFor(cause: EndCause, style: CloseCodeStyle): CloseReason {
  switch (cause.kind) {
    case "exit": {
      const reason = `exit ${cause.status}`;
      if (cause.status === 0) return { code: CLOSE_NORMAL, reason };
      const code = style === "plain" ? CLOSE_INTERNAL_ERROR : EXIT_BASE + cause.status;
      return { code, reason };
    }
    case "signal": {
      const code = style === "plain" ? CLOSE_INTERNAL_ERROR : SIGNAL_BASE + cause.number;
      return { code, reason: `signal ${cause.name}` };
    }
    case "timeout":
      return { code: CLOSE_INTERNAL_ERROR, reason: "the program did not answer in time" };
    case "expired": {
      const reason =
        cause.limit === "idle"
          ? "nothing was said for as long as may be"
          : "the session has lasted as long as it may";
      return { code: CLOSE_GOING_AWAY, reason };
    }
    case "defect":
      return { code: CLOSE_INTERNAL_ERROR, reason: "the server met a defect of its own" };
    case "operator":
      return { code: CLOSE_GOING_AWAY, reason: "whoever runs the server has ended this session" };
    case "stopping": {
      const { code = CLOSE_GOING_AWAY } = cause;
      const isRestart = code === CLOSE_SERVICE_RESTART;
      return { code, reason: isRestart ? "the server is restarting" : "the server is stopping" };
    }
    case "no-memory":
      return { code: CLOSE_TRY_AGAIN_LATER, reason: "the server is out of buffer memory" };
    case "violation":
    case "output":
      return { code: cause.code, reason: cause.text };
    case "refused":
      return { code: CLOSE_POLICY_VIOLATION, reason: cause.text };
    case "closed":
    case "gone":
    case "silent":
    case "stalled":
      return { code: CLOSE_NORMAL, reason: "" };
  }
}
