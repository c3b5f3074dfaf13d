// RFC 9112 2: what a request head is once it is read, and what its reader says when it refuses one.

export interface RequestHead {
  readonly method: string;
  /** The request-target as sent. */
  readonly target: string;
  /** `1.1` for HTTP/1.1. */
  readonly version: string;
  /** Name in lower case and value, in the order sent. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The values of all fields of that lower-case name joined with `, `, undefined when there is none. */
  get(name: string): string | undefined;
}

export interface RequestRefusal {
  readonly status: number;
  /** One plain line: what is wrong and what would be right. */
  readonly text: string;
}

export interface RequestLimits {
  /** Bytes of the whole head, its empty line included. */
  readonly headSizeMax: number;
  /** Bytes of the request target. */
  readonly targetSizeMax: number;
  readonly fieldsMax: number;
}

export function refuse(status: number, text: string): RequestRefusal {
  return { status, text };
}
