// IP addresses and networks: what their texts mean, how they are written, and which address lies in which network.

/** 16 bytes; an IPv4 address is the IPv4-mapped one, RFC 4291 2.5.5.2: both mean the same host. */
export type IpAddress = Uint8Array;

/** An address and how many bits of it, from the left, all addresses of the network have. */
export interface Network {
  readonly base: IpAddress;
  /** Of 128: a prefix of IPv4 and 96. */
  readonly prefixLength: number;
}

const SIZE = 16;
const IPV4_BEGIN = 12;
const IPV4_PREFIX_LENGTH = 8 * IPV4_BEGIN;
const WORDS = 8;
/** No leading zero: some would read it as octal. */
const BYTE = "(?:0|[1-9][0-9]{0,2})";
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
const WORD = /^[0-9a-f]{1,4}$/i;
const PREFIX_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/;

/** Null when the text is no address: RFC 4291 2.2, without a zone. */
export function parseAddress(text: string): IpAddress | null {
  if (!text.includes(":")) return mapped(text);
  const end = text.lastIndexOf(":") + 1;
  const tail = text.slice(end);
  const ipv4 = tail.includes(".") ? mapped(tail) : null;
  if (ipv4 === null) return ofWords(text);
  const [a, b, c, d] = ipv4.subarray(IPV4_BEGIN);
  const words = [(a! << 8) | b!, (c! << 8) | d!].map((word) => word.toString(16));
  return ofWords(text.slice(0, end) + words.join(":"));
}

function mapped(text: string): IpAddress | null {
  if (!IPV4.test(text)) return null;
  const parts = text.split(".").map(Number);
  return parts.some((part) => part > 255) ? null : ipv4Address(parts);
}

/** The address of four bytes. */
export function ipv4Address(bytes: ArrayLike<number>): IpAddress {
  const address = new Uint8Array(SIZE);
  address.fill(0xff, IPV4_BEGIN - 2, IPV4_BEGIN);
  address.set(bytes, IPV4_BEGIN);
  return address;
}

/** `::` stands once, for one word or more. */
function ofWords(text: string): IpAddress | null {
  const [front = "", back, ...more] = text.split("::");
  if (more.length > 0) return null;
  const left = front === "" ? [] : front.split(":");
  const right = back === undefined || back === "" ? [] : back.split(":");
  const gap = WORDS - left.length - right.length;
  if (back === undefined ? gap !== 0 : gap < 1) return null;
  const words = [...left, ...Array.from({ length: gap }, () => "0"), ...right];
  if (!words.every((word) => WORD.test(word))) return null;
  const address = new Uint8Array(SIZE);
  for (const [i, word] of words.entries()) {
    const value = Number.parseInt(word, 16);
    address.set([value >> 8, value & 0xff], 2 * i);
  }
  return address;
}

export function isIpv4(address: IpAddress): boolean {
  return address.subarray(0, IPV4_BEGIN).every((byte, i) => byte === (i < 10 ? 0 : 0xff));
}

/** IPv4 with dots; IPv6 as RFC 5952 has it: each address has one text. */
export function formatAddress(address: IpAddress): string {
  if (isIpv4(address)) return address.subarray(IPV4_BEGIN).join(".");
  const words = Array.from({ length: WORDS }, (_, i) =>
    ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16),
  );
  const text = words.join(":");
  // 4.2: the longest run of two zeros or more, the first of several.
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)];
  const longest = Math.max(0, ...runs.map(([run]) => run.length));
  const run = runs.find(([zeros]) => zeros.length === longest);
  if (run === undefined) return text;
  const before = text.slice(0, run.index).replace(/:$/, "");
  return `${before}::${text.slice(run.index + longest).replace(/^:/, "")}`;
}

/** `address/bits`, or an address alone: that one. Null when it is neither, or has bits behind its prefix. */
export function parseNetwork(text: string): Network | null {
  const [addressText = "", lengthText, ...more] = text.split("/");
  const base = parseAddress(addressText);
  if (base === null || more.length > 0) return null;
  if (lengthText === undefined) return { base, prefixLength: 8 * SIZE };
  if (!PREFIX_LENGTH.test(lengthText)) return null;
  const prefixLength = Number(lengthText) + (addressText.includes(":") ? 0 : IPV4_PREFIX_LENGTH);
  if (prefixLength > 8 * SIZE) return null;
  const network = { base, prefixLength };
  return base.every((byte, i) => (byte & ~maskOf(network, i)) === 0) ? network : null;
}

/** A network of IPv6 has no address of IPv4 in it, also where the mapped one would lie there: `::/0` is all of IPv6. */
export function isInNetwork(address: IpAddress, network: Network): boolean {
  const isOfIpv4 = network.prefixLength >= IPV4_PREFIX_LENGTH && isIpv4(network.base);
  if (isIpv4(address) !== isOfIpv4) return false;
  return address.every((byte, i) => (byte & maskOf(network, i)) === network.base[i]);
}

/** Which bits of the byte the prefix has. */
function maskOf({ prefixLength }: Network, i: number): number {
  const bits = Math.min(8, Math.max(0, prefixLength - 8 * i));
  return (0xff << (8 - bits)) & 0xff;
}
