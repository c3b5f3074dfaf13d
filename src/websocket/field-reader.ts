// RFC 9110 5.6: reads the value of a header field, in one pass from its front to its end.

const TOKEN_CHARACTERS = new Set(
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
);

/** No method goes back, and none passes the end: a value costs as many steps as it has characters, whatever they are. */
export class FieldReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  isAt(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  take(character: string): boolean {
    const found = this.isAt(character);
    if (found) this.#at++;
    return found;
  }

  /** 5.6.3: spaces and tabs; no other character is blank in a header field. */
  skipBlank(): void {
    while (this.isAt(" ") || this.isAt("\t")) this.#at++;
  }

  /** 5.6.2. Null when there is none here. */
  token(): string | null {
    const begin = this.#at;
    while (TOKEN_CHARACTERS.has(this.#text[this.#at] ?? "")) this.#at++;
    return this.#at === begin ? null : this.#text.slice(begin, this.#at);
  }

  /** 5.6.4: what stands in the quotes, unescaped. Null when there are none here, or they do not end. */
  quotedString(): string | null {
    let value = "";
    if (!this.take('"')) return null;
    while (!this.isAtEnd) {
      const character = this.#next();
      if (character === '"') return value;
      value += character === "\\" ? this.#next() : character;
    }
    return null;
  }

  /** Empty at the end, where it stays. */
  #next(): string {
    const character = this.#text[this.#at] ?? "";
    this.#at += character.length;
    return character;
  }
}

export function isToken(text: string): boolean {
  for (const character of text) if (!TOKEN_CHARACTERS.has(character)) return false;
  return text !== "";
}

/**
 * 5.6.1: the elements of a list of one or more. Null when there is none, `readElement` finds one to be wrong, or
 * something else than a comma follows it. Empty elements are passed over, as a recipient MUST: the size of the request
 * head bounds their number.
 */
export function readList<T>(
  value: string,
  readElement: (reader: FieldReader) => T | null,
): readonly T[] | null {
  const reader = new FieldReader(value);
  const elements: T[] = [];
  do {
    reader.skipBlank();
    if (reader.isAtEnd || reader.isAt(",")) continue;
    const element = readElement(reader);
    if (element === null) return null;
    elements.push(element);
    reader.skipBlank();
  } while (reader.take(","));
  return reader.isAtEnd && elements.length > 0 ? elements : null;
}
