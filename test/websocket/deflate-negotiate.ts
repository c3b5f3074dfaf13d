// Negotiates permessage-deflate from the text of a Sec-WebSocket-Extensions field.

import {
  negotiateDeflate,
  type DeflateAgreement,
  type DeflateParameters,
} from "../../src/websocket/deflate-parameters.ts";
import { parseExtensionOffers } from "../../src/websocket/extension-offer.ts";

/** What an offer without parameters comes to, where contexts may be kept. */
export const DEFAULTS: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

/** 7.1.2: every size that a window may have. */
export const SIZES: readonly number[] = [8, 9, 10, 11, 12, 13, 14, 15];

export function negotiate(value: string, takeover: boolean): DeflateAgreement | null {
  const offers = parseExtensionOffers(value);
  if (offers === null) throw new Error(`not of the grammar: ${value}`);
  return negotiateDeflate(offers, { takeover });
}
