// A bounded pool of equal pieces of kernel memory, by address.

export interface AddressPoolOptions {
  readonly begin: number;
  /** Bytes of a piece. */
  readonly size: number;
  readonly count: number;
}

export class AddressPool {
  readonly size: number;
  readonly count: number;
  readonly #begin: number;
  /** Pieces given back, last in first out: the warmest memory is lent first, untouched memory last. */
  readonly #returned: number[] = [];
  #touched = 0;

  constructor(options: AddressPoolOptions) {
    this.#begin = options.begin;
    this.size = options.size;
    this.count = options.count;
  }

  /** Pieces lent now. */
  get used(): number {
    return this.#touched - this.#returned.length;
  }

  /** Lends a piece and returns its address, or 0 when all are lent. Its bytes are what the last borrower left. */
  borrow(): number {
    const warm = this.#returned.pop();
    if (warm !== undefined) return warm;
    if (this.#touched === this.count) return 0;
    return this.#begin + this.#touched++ * this.size;
  }

  giveBack(address: number): void {
    this.#returned.push(address);
  }
}
