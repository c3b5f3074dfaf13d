// Why something is not built, in words for the one who asked for it.

/** The text says what is wrong and what would help. */
export class BuildError extends Error {}

/** This machine has not got what it is made with; what does not need that can be built. */
export class MissingError extends BuildError {}
