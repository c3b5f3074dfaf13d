// RFC 6455 7.4: close codes, and which of them a peer may send.

export const CLOSE_NORMAL = 1000;
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_PROTOCOL_ERROR = 1002;
export const CLOSE_INVALID_PAYLOAD = 1007;
export const CLOSE_POLICY_VIOLATION = 1008;
export const CLOSE_MESSAGE_TOO_BIG = 1009;
export const CLOSE_INTERNAL_ERROR = 1011;
/** The IANA registry has it, no section of the RFC. */
export const CLOSE_SERVICE_RESTART = 1012;
export const CLOSE_TRY_AGAIN_LATER = 1013;

/**
 * 7.4.1, 7.4.2: 1004 is reserved, 1005, 1006 and 1015 "MUST NOT be set as a status code in a Close control frame",
 * 1016-2999 are for later revisions, 3000-3999 are registered, 4000-4999 are private.
 */
export function isCloseCodeLegal(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}
