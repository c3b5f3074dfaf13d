// RFC 6455 9.1: the grammar of Sec-WebSocket-Extensions.

export interface ExtensionOffer {
  readonly name: string;
  /** In the order sent, repeated ones too; a parameter without `=` has no value. */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

const TOKEN_CHARACTERS = new Set(
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
);

/**
 * The offers in a field's value, in their order; undefined fields offer nothing. Null when the value is not of the
 * grammar: 9.1, the recipient then "MUST immediately" fail the connection. One pass, whatever the value.
 */
export function parseExtensionOffers(value: string | undefined): readonly ExtensionOffer[] | null {
  const reader = new Reader(value ?? "");
  const offers: ExtensionOffer[] = [];
  for (;;) {
    reader.skipBlank();
    // RFC 9110 5.6.1.2: a recipient ignores empty elements of a list.
    if (!reader.isAt(",") && !reader.isAtEnd) {
      const offer = readOffer(reader);
      if (offer === null) return null;
      offers.push(offer);
    }
    if (reader.isAtEnd) return offers;
    if (!reader.take(",")) return null;
  }
}

function readOffer(reader: Reader): ExtensionOffer | null {
  const name = reader.token();
  if (name === "") return null;
  const parameters: [string, string | undefined][] = [];
  for (;;) {
    reader.skipBlank();
    if (!reader.take(";")) return { name, parameters };
    reader.skipBlank();
    const parameter = reader.token();
    if (parameter === "") return null;
    reader.skipBlank();
    if (!reader.take("=")) {
      parameters.push([parameter, undefined]);
      continue;
    }
    reader.skipBlank();
    const value = reader.isAt('"') ? reader.quoted() : reader.token();
    // "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform to the 'token' ABNF."
    if (!isToken(value)) return null;
    parameters.push([parameter, value]);
  }
}

export function isToken(text: string): boolean {
  for (const character of text) if (!TOKEN_CHARACTERS.has(character)) return false;
  return text !== "";
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  isAt(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  take(character: string): boolean {
    const found = this.isAt(character);
    if (found) this.#at++;
    return found;
  }

  skipBlank(): void {
    while (this.isAt(" ") || this.isAt("\t")) this.#at++;
  }

  /** Empty when there is none here. */
  token(): string {
    const begin = this.#at;
    while (TOKEN_CHARACTERS.has(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text.slice(begin, this.#at);
  }

  /** RFC 9110 5.6.4, unescaped. Empty when it does not end. */
  quoted(): string {
    const characters: string[] = [];
    for (this.#at++; !this.isAtEnd; this.#at++) {
      if (this.take('"')) return characters.join("");
      this.take("\\");
      characters.push(this.#text[this.#at] ?? "");
    }
    return "";
  }
}
