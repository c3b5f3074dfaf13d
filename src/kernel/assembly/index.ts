// The kernel's exports.

export { enframe, enframeHeld } from "./enframe";
export { enframeLength, enframeNetstring } from "./enframe-prefixed";
export { count } from "./find";
export { base64, escapeJson } from "./json";
export { unframe } from "./unframe";
export { unmask } from "./unmask";
export { utf8 } from "./utf8";
