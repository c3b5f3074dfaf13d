// haproxy's proxy-protocol.txt, versions 1 and 2: what a proxy says of its client before the client's first byte.

import { formatAddress, ipv4Address, parseAddress } from "../ip-address.ts";
import { hasTlsClient, readTlvs } from "./proxy-tlv.ts";

export interface ProxyEndpoint {
  readonly address: string;
  readonly port: number;
}

export interface ProxyHeader {
  /** Bytes: what follows is the client's. */
  readonly length: number;
  /** Whose connection it is: a client's, one without an address (a Unix socket's), unknown, or the proxy's own. */
  readonly kind: "client" | "unix" | "unknown" | "proxy";
  /** Of a client: itself, and the address that it came to. */
  readonly source: ProxyEndpoint | null;
  readonly destination: ProxyEndpoint | null;
  /** The client speaks TLS to the proxy. */
  readonly isTls: boolean;
}

/** `more`: all bytes so far are the header's, and it is not whole; `problem`: this is none. */
export type ProxyHeaderResult = ProxyHeader | "more" | { readonly problem: string };

/** 2.1: with the longest addresses, CR LF included. */
const TEXT_SIZE_MAX = 107;
const TEXT_BEGIN = "PROXY ";
/** 2.2. */
const SIGNATURE = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);
const FIXED_SIZE = 16;
/** Addresses take 216 bytes at most; the rest is room for a proxy's remarks: names, a certificate's subject. */
export const PROXY_HEADER_SIZE_MAX = 4096;
const VERSION = 2;
const COMMAND_PROXY = 1;
const FAMILY_UNSPECIFIED = 0x00;
const FAMILY_TCP4 = 0x11;
const FAMILY_TCP6 = 0x21;
const FAMILY_UNIX_STREAM = 0x31;
/** Of both addresses, and of both ports where there are any. */
const ADDRESSES_SIZE: Readonly<Record<number, number>> = {
  [FAMILY_TCP4]: 12,
  [FAMILY_TCP6]: 36,
  [FAMILY_UNIX_STREAM]: 216,
};
const NOBODY = { source: null, destination: null, isTls: false };

/** `bytes` begins with the connection's first byte. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeaderResult {
  if (bytes.length === 0) return "more";
  if (bytes[0] === SIGNATURE[0]) return readBinary(bytes);
  const text = Buffer.from(bytes.subarray(0, TEXT_SIZE_MAX)).toString("latin1");
  const begin = text.slice(0, TEXT_BEGIN.length);
  if (!TEXT_BEGIN.startsWith(begin)) return { problem: "the connection begins without a header" };
  const end = text.indexOf("\n") + 1;
  if (end === 0) {
    const isLong = bytes.length >= TEXT_SIZE_MAX;
    return isLong ? { problem: `the line is longer than ${TEXT_SIZE_MAX} bytes` } : "more";
  }
  const header = readText(text.slice(TEXT_BEGIN.length, end));
  return header === null
    ? { problem: "the line is not PROXY TCP4|TCP6 SOURCE DESTINATION PORT PORT" }
    : { ...header, length: end };
}

const LINE = /^(TCP4|TCP6) ([0-9a-fA-F.:]+) ([0-9a-fA-F.:]+) ([0-9]{1,5}) ([0-9]{1,5})\r\n$/;

/** 2.1: one space between, and numbers without leading zeros. Of UNKNOWN the rest is not to be looked at. */
function readText(line: string): Omit<ProxyHeader, "length"> | null {
  if (/^UNKNOWN(?: [^\r\n]*)?\r\n$/.test(line)) return { kind: "unknown", ...NOBODY };
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, family = "", sourceText = "", destinationText = "", ...ports] = match;
  const isFamily = (text: string) => text.includes(":") === (family === "TCP6");
  if (!isFamily(sourceText) || !isFamily(destinationText)) return null;
  const source = textEndpoint(sourceText, ports[0]!);
  const destination = textEndpoint(destinationText, ports[1]!);
  if (source === null || destination === null) return null;
  return { kind: "client", source, destination, isTls: false };
}

function textEndpoint(text: string, portText: string): ProxyEndpoint | null {
  const address = parseAddress(text);
  const port = Number(portText);
  if (address === null || port > 0xffff || String(port) !== portText) return null;
  return { address: formatAddress(address), port };
}

function readBinary(bytes: Uint8Array): ProxyHeaderResult {
  const begin = bytes.subarray(0, SIGNATURE.length);
  if (!begin.every((byte, i) => byte === SIGNATURE[i])) {
    return { problem: "the signature of version 2 is not whole" };
  }
  const problem = judgeFixed(bytes);
  if (problem !== null) return problem;
  if (bytes.length < FIXED_SIZE) return "more";
  const length = FIXED_SIZE + ((bytes[14]! << 8) | bytes[15]!);
  if (length > PROXY_HEADER_SIZE_MAX) {
    return { problem: `the header is longer than ${PROXY_HEADER_SIZE_MAX} bytes` };
  }
  const isOwn = (bytes[12]! & 0xf) !== COMMAND_PROXY;
  const family = bytes[13]!;
  const addressesSize = ADDRESSES_SIZE[family] ?? 0;
  if (!isOwn && length < FIXED_SIZE + addressesSize) {
    return { problem: "the header is shorter than its addresses" };
  }
  if (bytes.length < length) return "more";
  // 2.2: of LOCAL all is to be discarded; of what is unspecified nobody knows where the addresses end.
  if (isOwn) return { length, kind: "proxy", ...NOBODY };
  if (family === FAMILY_UNSPECIFIED) return { length, kind: "unknown", ...NOBODY };
  const tlvs = readTlvs(bytes.subarray(0, length), FIXED_SIZE + addressesSize);
  if ("problem" in tlvs) return tlvs;
  const isTls = hasTlsClient(tlvs);
  if (family === FAMILY_UNIX_STREAM) return { length, kind: "unix", ...NOBODY, isTls };
  return { length, kind: "client", ...binaryEndpoints(bytes, family), isTls };
}

/** 2.2: version and command, and the family with its transport; what is not known is not to be guessed. */
function judgeFixed(bytes: Uint8Array): { readonly problem: string } | null {
  const command = bytes[12];
  if (command === undefined) return null;
  if (command >> 4 !== VERSION) return { problem: `version ${command >> 4} is not known` };
  if ((command & 0xf) > COMMAND_PROXY) return { problem: `command ${command & 0xf} is not known` };
  const family = bytes[13];
  const isLooked = family !== undefined && (command & 0xf) === COMMAND_PROXY;
  if (!isLooked || family === FAMILY_UNSPECIFIED || family in ADDRESSES_SIZE) return null;
  return { problem: `family 0x${family.toString(16).padStart(2, "0")} is none of a stream` };
}

function binaryEndpoints(
  bytes: Uint8Array,
  family: number,
): Pick<ProxyHeader, "source" | "destination"> {
  const size = family === FAMILY_TCP4 ? 4 : 16;
  const portsAt = FIXED_SIZE + 2 * size;
  const [source, destination] = [0, 1].map((i) => {
    const address = bytes.subarray(FIXED_SIZE + i * size, FIXED_SIZE + (i + 1) * size);
    const port = (bytes[portsAt + 2 * i]! << 8) | bytes[portsAt + 2 * i + 1]!;
    return { address: formatAddress(size === 4 ? ipv4Address(address) : address), port };
  });
  return { source: source!, destination: destination! };
}
