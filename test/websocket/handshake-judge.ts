// Judges opening handshakes that are right but for what a test changes.

import { expect } from "bun:test";
import {
  judgeHandshake,
  type HandshakeAgreement,
  type HandshakePolicy,
  type HandshakeRefusal,
} from "../../src/websocket/handshake.ts";

export const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const GOOD: Readonly<Record<string, string>> = {
  host: "server.example.com",
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-key": SAMPLE_KEY,
  "sec-websocket-version": "13",
};

export const AGREED: HandshakeAgreement = {
  accept: SAMPLE_ACCEPT,
  subprotocol: undefined,
  deflate: null,
};
const PLAIN: HandshakePolicy = { compress: "off", subprotocols: [], subprotocolRequired: false };

interface Change {
  readonly method?: string;
  readonly version?: string;
  /** undefined takes the field away. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly policy?: Partial<HandshakePolicy>;
}

export function judge({ method = "GET", version = "1.1", fields = {}, policy = {} }: Change) {
  const all: Readonly<Record<string, string | undefined>> = { ...GOOD, ...fields };
  return judgeHandshake({ method, version, get: (name) => all[name] }, { ...PLAIN, ...policy });
}

export function refusal(change: Change): HandshakeRefusal {
  const verdict = judge(change);
  if ("accept" in verdict) throw new Error("accepted");
  expect(verdict.text).toMatch(/^[\x20-\x7e]+$/);
  return verdict;
}
