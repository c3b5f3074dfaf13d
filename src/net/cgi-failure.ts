// What a CGI run ends with when its script gave no answer or its client no body: what the client is told, and the cause.

import type { RequestRefusal } from "../http/request.ts";
import type { PlainResponse } from "../http/response.ts";
import type { EndCause } from "../session/endpoint.ts";

export interface CgiFailure {
  readonly response: PlainResponse;
  readonly cause: EndCause;
}

const RETRY_AFTER: readonly [string, string] = ["Retry-After", "1"];

/** The script ended, or the server ends it, before its answer began. */
export function responseTo(cause: EndCause): PlainResponse {
  const fields = [RETRY_AFTER];
  if (cause.kind === "stopping") return { status: 503, text: "The server is stopping.", fields };
  if (cause.kind === "operator") {
    return { status: 503, text: "Whoever runs the server has ended this request." };
  }
  if (cause.kind === "no-memory") {
    return { status: 503, text: "The server is out of buffer memory.", fields };
  }
  return { status: 502, text: "The script ended without an answer." };
}

export function answerLate(timeoutMs: number): CgiFailure {
  const text = `The script did not begin its answer within ${timeoutMs / 1000} s.`;
  return { response: { status: 504, text }, cause: { kind: "timeout" } };
}

/** The client is not told what the script wrote: `problem` is for the log. */
export function answerMisunderstood(problem: string): CgiFailure {
  const response = { status: 502, text: "The script's answer was not understood." };
  const { status: code } = response;
  return { response, cause: { kind: "violation", code, name: "bad CGI output", text: problem } };
}

export function bodyLate(timeoutMs: number): CgiFailure {
  const text = `Nothing came of the request body for ${timeoutMs / 1000} s.`;
  return bodyRefused({ status: 408, text });
}

export function bodyRefused(refusal: RequestRefusal): CgiFailure {
  const { status: code, text } = refusal;
  return { response: refusal, cause: { kind: "violation", code, name: "bad body", text } };
}
