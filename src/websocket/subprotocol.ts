// RFC 6455 11.3.4: the subprotocols that a client asks for, and the one that it gets.

import { readList } from "./field-reader.ts";

/**
 * The subprotocols in a field's value, in the client's order; no field asks for none. Null when it is no list of
 * tokens, or one comes twice (4.1, 10: all must be unique).
 */
export function parseSubprotocols(value: string | undefined): readonly string[] | null {
  if (value === undefined) return [];
  const names = readList(value, (reader) => reader.token());
  return names === null || new Set(names).size < names.length ? null : names;
}

/** 4.2.2, 5.5: the first in the client's order of preference that is spoken here, compared with regard to case. */
export function chooseSubprotocol(
  asked: readonly string[],
  spoken: readonly string[],
): string | undefined {
  return asked.find((name) => spoken.includes(name));
}
