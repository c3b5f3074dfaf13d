// RFC 7692 7.1: which offer of permessage-deflate is taken, and what is agreed on.

import type { ExtensionOffer } from "./extension-offer.ts";

export interface DeflateParameters {
  /** Each message that we send stands for itself. */
  readonly serverNoContextTakeover: boolean;
  /** Each message that the client sends does. */
  readonly clientNoContextTakeover: boolean;
  /** Windows as powers of 2, 8 to 15. */
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

export interface DeflatePolicy {
  /** Keep contexts from message to message, unless the client would not. */
  readonly takeover: boolean;
}

export interface DeflateAgreement {
  readonly parameters: DeflateParameters;
  /** The value of Sec-WebSocket-Extensions in the answer. */
  readonly response: string;
}

const NAME = "permessage-deflate";
const WINDOW_BITS_LARGEST = 15;
/** 7.1.2.1: "a decimal integer value without leading zeroes between 8 to 15, inclusive". */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;

/** 5.1, 7.1: the first offer in the client's order that can be taken as it is; null when none can: they are declined. */
export function negotiateDeflate(
  offers: readonly ExtensionOffer[],
  policy: DeflatePolicy,
): DeflateAgreement | null {
  for (const offer of offers) {
    if (offer.name !== NAME) continue;
    const asked = readParameters(offer.parameters);
    if (asked !== null) return agree(asked, policy);
  }
  return null;
}

/** What an offer asks for; a window that it names without a value is undefined. */
interface Asked {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits?: number;
  clientMaxWindowBits?: number;
}

/** 7.1: null for an offer with an unknown parameter, a value that is none, or a parameter twice. */
function readParameters(parameters: ExtensionOffer["parameters"]): Asked | null {
  const asked: Asked = { serverNoContextTakeover: false, clientNoContextTakeover: false };
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    if (seen.has(name)) return null;
    seen.add(name);
    if (!readParameter(asked, name, value)) return null;
  }
  return asked;
}

function readParameter(asked: Asked, name: string, value: string | undefined): boolean {
  switch (name) {
    case "server_no_context_takeover":
      asked.serverNoContextTakeover = true;
      return value === undefined;
    case "client_no_context_takeover":
      asked.clientNoContextTakeover = true;
      return value === undefined;
    case "server_max_window_bits":
      asked.serverMaxWindowBits = Number(value);
      return value !== undefined && WINDOW_BITS.test(value);
    case "client_max_window_bits":
      if (value === undefined) return true; // 7.1.2.2: only says that we may ask for a smaller one
      asked.clientMaxWindowBits = Number(value);
      return WINDOW_BITS.test(value);
    default:
      return false;
  }
}

function agree(asked: Asked, policy: DeflatePolicy): DeflateAgreement {
  const { serverMaxWindowBits, clientMaxWindowBits } = asked;
  // 7.1.1: either may be answered although it was not offered: the client has to bear it.
  const serverNoContextTakeover = asked.serverNoContextTakeover || !policy.takeover;
  const clientNoContextTakeover = asked.clientNoContextTakeover || !policy.takeover;
  const words = [NAME];
  if (serverNoContextTakeover) words.push("server_no_context_takeover");
  if (clientNoContextTakeover) words.push("client_no_context_takeover");
  if (serverMaxWindowBits !== undefined)
    words.push(`server_max_window_bits=${serverMaxWindowBits}`);
  // 7.1.2.2: never when it was not offered. Ours inflates any window: what was offered is answered as it is.
  if (clientMaxWindowBits !== undefined)
    words.push(`client_max_window_bits=${clientMaxWindowBits}`);
  return {
    parameters: {
      serverNoContextTakeover,
      clientNoContextTakeover,
      serverMaxWindowBits: serverMaxWindowBits ?? WINDOW_BITS_LARGEST,
      clientMaxWindowBits: clientMaxWindowBits ?? WINDOW_BITS_LARGEST,
    },
    response: words.join("; "),
  };
}
