// The values of options: integers, sizes, bounds, words of a list.

import { describe, expect, test } from "bun:test";
import { parseArguments } from "./judged.ts";

/** What the option came to, or the error. */
function valueOf(word: string, key: string): unknown {
  const result = parseArguments([word, "cat"]);
  if (result.kind === "error") return result.text;
  if (result.kind !== "run") return result.kind;
  return key
    .split(".")
    .reduce((value: unknown, name) => (value as Record<string, unknown>)[name], result.config);
}

describe("integers, as Go reads them", () => {
  const GOOD: Readonly<Record<string, number>> = {
    "0": 0,
    "80": 80,
    "+80": 80,
    "0x1F": 31,
    "0X1f": 31,
    "0o17": 15,
    "0O17": 15,
    "0b101": 5,
    "1_000": 1000,
    "0x_ff": 255,
    "6_5_5_3_5": 65535,
    "0755": 493,
    "0_17": 15,
    "00": 0,
  };
  for (const [text, value] of Object.entries(GOOD)) {
    test(`${text} is ${value}`, () => expect(valueOf(`--port=${text}`, "listen.port")).toBe(value));
  }

  const BAD = [
    "",
    " ",
    "x",
    "8 0",
    "80 ",
    "1.5",
    "1e3",
    "0x",
    "0x_",
    "0xg",
    "0o8",
    "08",
    "0b2",
    "_1",
    "1_",
  ];
  for (const text of [...BAD, "1__0", "--1", "1K", "٣", "NaN", "Infinity"]) {
    test(`${JSON.stringify(text)} is none: the option and an example are told`, () => {
      expect(valueOf(`--port=${text}`, "listen.port")).toBe(
        `--port=${text}: a whole number is wanted, for example --port=80`,
      );
    });
  }
});

describe("sizes", () => {
  const GOOD: Readonly<Record<string, number>> = {
    "4096": 4096,
    "4K": 4096,
    "1M": 1024 * 1024,
    "0x10K": 16 * 1024,
    "6_4K": 64 * 1024,
  };
  for (const [text, value] of Object.entries(GOOD)) {
    test(`${text} is ${value}`, () => expect(valueOf(`--queue=${text}`, "queueHigh")).toBe(value));
  }

  test("1G", () => {
    expect(valueOf("--maxframesize=1G", "messageSizeMax")).toBe(1024 ** 3);
  });

  for (const text of ["4k", "4KB", "4KiB", "K", "4T", "1.5M", "M4"]) {
    test(`${text} is none`, () => {
      const error = `--queue=${text}: a number of bytes is wanted, for example --queue=256K`;
      expect(valueOf(`--queue=${text}`, "queueHigh")).toBe(error);
    });
  }
});

describe("bounds", () => {
  /** The least and the most of an option, as words, with what they come to. */
  const BOUNDS: readonly (readonly [option: string, key: string, least: number, most: number])[] = [
    ["port", "listen.port", 0, 65535],
    ["closems", "closeExtraMs", 0, 3_600_000],
    ["queue", "queueHigh", 4096, 64 * 1024 * 1024],
    ["buffer-memory", "bufferMemory", 1024 * 1024, 2 * 1024 ** 3],
  ];
  for (const [option, key, least, most] of BOUNDS) {
    test(`--${option} from ${least} to ${most}`, () => {
      expect(valueOf(`--${option}=${least}`, key)).toBe(least);
      expect(valueOf(`--${option}=${most}`, key)).toBe(most);
      expect(valueOf(`--${option}=${least - 1}`, key)).toStartWith(
        `--${option}=${least - 1}: ${least} or more is wanted, for example --${option}=`,
      );
      expect(valueOf(`--${option}=${most + 1}`, key)).toStartWith(
        `--${option}=${most + 1}: ${most} or less is wanted, for example --${option}=`,
      );
    });
  }

  test("PARITY 1.1: --maxforks and --maxframesize of 0 or less are no limit", () => {
    for (const value of ["0", "-1", "-0x10"]) {
      expect(valueOf(`--maxforks=${value}`, "admission.sessionsMax")).toBe(0);
      expect(valueOf(`--maxframesize=${value}`, "messageSizeMax")).toBe(0);
    }
  });

  test("a number too large to be exact is refused", () => {
    expect(valueOf("--maxframesize=9007199254740993", "messageSizeMax")).toContain(
      "or less is wanted",
    );
    expect(valueOf(`--port=${"9".repeat(400)}`, "listen.port")).toContain(
      "65535 or less is wanted",
    );
  });
});

describe("words of a list", () => {
  test("each is taken", () => {
    for (const level of ["debug", "trace", "access", "info", "error", "fatal", "none"]) {
      expect(valueOf(`--loglevel=${level}`, "log.level")).toBe(level);
    }
    for (const style of ["status", "plain"]) {
      expect(valueOf(`--close-codes=${style}`, "closeCodes")).toBe(style);
    }
  });

  test("another is refused with the list", () => {
    expect(valueOf("--close-codes=PLAIN", "closeCodes")).toBe(
      "--close-codes=PLAIN: one of status, plain is wanted, for example --close-codes=status",
    );
    expect(valueOf("--loglevel=", "log.level")).toContain("one of debug, trace, access");
  });
});

describe("--subprotocol", () => {
  test("is a list of names", () => {
    expect(valueOf("--subprotocol=a, b.c", "subprotocols")).toEqual(["a", "b.c"]);
    expect(valueOf("--subprotocol=", "subprotocols")).toEqual([]);
  });

  for (const list of ["a,", ",", "a b", "a,a", "\u00e4", "a=b"]) {
    test(`${list} is refused with an example`, () => {
      expect(valueOf(`--subprotocol=${list}`, "subprotocols")).toContain("--subprotocol=chat");
    });
  }

  test("--subprotocol-required needs it", () => {
    expect(valueOf("--subprotocol-required", "subprotocolRequired")).toContain(
      "--subprotocol=NAMES",
    );
  });
});
