// RFC 1122 3.2.1.3, RFC 4291 2.5.3: addresses that only this machine itself reaches.

/** A name or an address, an IPv6 one with or without brackets. */
export function isLoopback(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/^::ffff:(?=[0-9]+\.)/, "");
  return host === "localhost" || host === "::1" || /^127(?:\.[0-9]{1,3}){3}$/.test(host);
}
