// RFC 4291, RFC 5952, RFC 4632: addresses as text and bytes, and which of them lie in which network.

import { isIP, BlockList } from "node:net";
import { describe, expect, test } from "bun:test";
import { formatAddress, isInNetwork, parseAddress, parseNetwork } from "../src/ip-address.ts";
import { Random, seedOfRun } from "./support/random.ts";

function canonical(text: string): string | null {
  const address = parseAddress(text);
  return address === null ? null : formatAddress(address);
}

describe("each address has one text", () => {
  const SAME: readonly (readonly [text: string, canonical: string])[] = [
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:DB8:0:0:0:0:0:0", "2001:db8::"],
    ["2001:0db8::0001", "2001:db8::1"],
    // RFC 5952 4.2.2, 4.2.3: one zero is no run, of two runs the first.
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["10:0:0:0:0:0:0:10", "10::10"],
    // RFC 4291 2.5.5.2: mapped, it is the IPv4 address.
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ];
  for (const [text, expected] of SAME) test(text, () => expect(canonical(text)).toBe(expected));
});

describe("no addresses", () => {
  const WRONG =
    " 1 1.2.3 1.2.3.4.5 01.2.3.4 1.2.3.256 1.2.3.4: 1.2.3.4:5 0x1.2.3.4 1.2.3.-4 +1.2.3.4 " +
    ": ::: 1::2::3 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1:2:3:4:5:6:7:8:: ::12345 ::g ::1.2.3 " +
    "::1.2.3.4:5 1.2.3.4::1 fe80::1%eth0 [::1] unknown _hidden constructor";
  for (const text of WRONG.split(" ")) {
    test(JSON.stringify(text), () => expect(parseAddress(text)).toBeNull());
  }
});

test("what is an address is what Node says, however its text is spoiled", () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  const texts = ["192.0.2.254", "2001:db8::1:0:0:1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8"];
  for (let round = 0; round < 20_000; round++) {
    let text = random.pick(texts);
    for (let changes = random.below(4); changes > 0; changes--) {
      const at = random.below(text.length + 1);
      const character = random.pick([..."0123456789abf:.", "::", ""]);
      text = text.slice(0, at) + character + text.slice(at + random.below(2));
    }
    const address = parseAddress(text);
    expect(address !== null, `seed ${seed}: ${text}`).toBe(isIP(text) !== 0);
    if (address === null) continue;
    const again = formatAddress(address);
    expect(formatAddress(parseAddress(again)!), `seed ${seed}: ${text}`).toBe(again);
  }
});

describe("networks", () => {
  const ROWS: readonly (readonly [network: string, inside: string, outside: string])[] = [
    ["10.0.0.0/8", "10.255.0.1", "11.0.0.0"],
    ["192.0.2.128/25", "192.0.2.128", "192.0.2.127"],
    ["192.0.2.1", "192.0.2.1", "192.0.2.2"],
    ["192.0.2.1/32", "::ffff:192.0.2.1", "192.0.2.0"],
    ["0.0.0.0/0", "255.255.255.255", "::1"],
    ["::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"],
    ["2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"],
    ["2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"],
    ["::1", "::1", "::2"],
    // All of IPv6 is not all of IPv4, whose addresses lie in it mapped.
    ["::/0", "fe80::1", "127.0.0.1"],
  ];
  for (const [network, inside, outside] of ROWS) {
    test(`${network} has ${inside}, not ${outside}`, () => {
      const parsed = parseNetwork(network)!;
      expect(isInNetwork(parseAddress(inside)!, parsed)).toBe(true);
      expect(isInNetwork(parseAddress(outside)!, parsed)).toBe(false);
    });
  }

  const WRONG =
    "10.0.0.1/8 10.0.0.0/33 10.0.0.0/08 10.0.0.0/ 10.0.0.0/8/8 /8 ::1/64 ::/129 ::/-1 x/8";
  for (const text of WRONG.split(" ")) {
    test(`${text} is none`, () => expect(parseNetwork(text)).toBeNull());
  }

  test("what lies where is what Node says", () => {
    const seed = seedOfRun();
    const random = new Random(seed);
    for (let round = 0; round < 2000; round++) {
      const isIpv4 = random.oneIn(2);
      const bytes = random.bytes(isIpv4 ? 4 : 16);
      const bits = random.below(8 * bytes.length + 1);
      const base = bytes.map(
        (byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))),
      );
      const other = base.slice();
      other[random.below(other.length)]! ^= 1 << random.below(8);
      const text = (of: Uint8Array) =>
        isIpv4 ? of.join(".") : (Buffer.from(of).toString("hex").match(/.{4}/g) ?? []).join(":");
      const list = new BlockList();
      list.addSubnet(text(base), bits, isIpv4 ? "ipv4" : "ipv6");
      const network = parseNetwork(`${text(base)}/${bits}`)!;
      for (const address of [base, other, random.bytes(base.length)]) {
        const expected = list.check(text(address), isIpv4 ? "ipv4" : "ipv6");
        const found = isInNetwork(parseAddress(text(address))!, network);
        expect(found, `seed ${seed}: ${text(address)} in ${text(base)}/${bits}`).toBe(expected);
      }
    }
  });
});
