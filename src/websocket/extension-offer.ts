// RFC 6455 9.1: the grammar of Sec-WebSocket-Extensions.

import { isToken, readList, type FieldReader } from "./field-reader.ts";

type Parameter = readonly [name: string, value: string | undefined];

export interface ExtensionOffer {
  readonly name: string;
  /** In the order sent, repeated ones too; a parameter without `=` has no value. */
  readonly parameters: readonly Parameter[];
}

/**
 * The offers in a field's value, in their order; no field offers nothing. Null when the value is not of the grammar:
 * 9.1, the recipient then "MUST immediately" fail the connection.
 */
export function parseExtensionOffers(value: string | undefined): readonly ExtensionOffer[] | null {
  return value === undefined ? [] : readList(value, readOffer);
}

// 9.1 takes over RFC 2616's implied blanks: they may stand around `;` and `=`.

function readOffer(reader: FieldReader): ExtensionOffer | null {
  const name = reader.token();
  if (name === null) return null;
  const parameters: Parameter[] = [];
  for (;;) {
    reader.skipBlank();
    if (!reader.take(";")) return { name, parameters };
    reader.skipBlank();
    const parameter = readParameter(reader);
    if (parameter === null) return null;
    parameters.push(parameter);
  }
}

function readParameter(reader: FieldReader): Parameter | null {
  const name = reader.token();
  if (name === null) return null;
  reader.skipBlank();
  if (!reader.take("=")) return [name, undefined];
  reader.skipBlank();
  // 9.1: quoted or not, it is the same value, and a token once it is unescaped.
  const value = reader.isAt('"') ? reader.quotedString() : reader.token();
  return value === null || !isToken(value) ? null : [name, value];
}
