// Why there is no server, with the status that the process then exits with.

/** sysexits.h: EX_UNAVAILABLE, EX_CONFIG. */
export const EXIT_UNAVAILABLE = 69;
export const EXIT_CONFIGURATION = 78;

/** The message names what is wrong and the remedy. */
export class StartError extends Error {
  readonly status: number;

  constructor(text: string, status = EXIT_CONFIGURATION) {
    super(text);
    this.status = status;
  }
}
