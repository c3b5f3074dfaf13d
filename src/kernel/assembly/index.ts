// The kernel's exports.

export { enframe, enframeHeld, enframeLength } from "./enframe";
export { unframe } from "./unframe";
export { unmask } from "./unmask";
export { utf8 } from "./utf8";
