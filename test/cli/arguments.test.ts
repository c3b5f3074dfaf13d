// Go's flag rules, as websocketd has them: what the words of a command line come to.

import { describe, expect, test } from "bun:test";
import { parseArguments } from "./judged.ts";
import { configOf, DEFAULTS, errorOf } from "./config-of.ts";

describe("an option", () => {
  for (const words of [["--port=81"], ["-port=81"], ["--port", "81"], ["-port", "81"]]) {
    test(words.join(" "), () => {
      expect(configOf(...words, "cat", "-x")).toMatchObject({
        listen: { port: 81 },
        command: ["cat", "-x"],
      });
    });
  }

  test("the next word is its value, whatever it looks like", () => {
    expect(configOf("--maxforks", "-1", "cat").admission.sessionsMax).toBe(0);
    expect(configOf("--address", "--port", "cat")).toMatchObject({
      listen: { addresses: ["--port"], port: 80 },
    });
  });

  test("its value goes on to the end of the word", () => {
    expect(configOf("--address=a=b", "cat").listen.addresses).toEqual(["a=b"]);
    expect(configOf("--address=a\nb", "cat").listen.addresses).toEqual(["a\nb"]);
  });

  test("given again, the last wins", () => {
    expect(configOf("--port=1", "-port", "2", "--port=3", "cat").listen.port).toBe(3);
  });

  test("--address is gathered", () => {
    const { addresses } = configOf("--address=a", "--port=1", "-address", "b", "cat").listen;
    expect(addresses).toEqual(["a", "b"]);
  });

  test("an earlier bad value is told although a later one would win", () => {
    expect(errorOf("--port=x", "--port=1", "cat")).toContain("--port=x");
  });
});

describe("a flag", () => {
  for (const value of ["1", "t", "T", "true", "TRUE", "True"]) {
    test(`=${value} is true`, () => {
      expect(parseArguments([`--help=${value}`, "cat"])).toEqual({ kind: "help" });
    });
  }
  for (const value of ["0", "f", "F", "false", "FALSE", "False"]) {
    test(`=${value} is false`, () => {
      expect(configOf("--help", `--help=${value}`, "cat")).toEqual(DEFAULTS);
    });
  }

  test("needs = for its value: the next word is COMMAND", () => {
    expect(configOf("--help=true", "--help=0", "false").command).toEqual(["false"]);
    expect(parseArguments(["--version", "false"])).toEqual({ kind: "version" });
  });

  test("another value is an error", () => {
    expect(errorOf("--help=yes", "cat")).toBe("--help=yes: true or false is wanted");
    expect(errorOf("--help=", "cat")).toContain("true or false");
  });

  test("--help and --version need no COMMAND, and --help goes first", () => {
    expect(parseArguments(["-help"])).toEqual({ kind: "help" });
    expect(parseArguments(["-version"])).toEqual({ kind: "version" });
    expect(parseArguments(["--version", "--help"])).toEqual({ kind: "help" });
  });
});

test("an option that may stand bare never takes the next word", () => {
  expect(configOf("--compress", "off")).toMatchObject({ compress: "on", command: ["off"] });
  expect(configOf("--compress=takeover", "cat").compress).toBe("takeover");
});

describe("COMMAND", () => {
  test("ends the options: what stands behind it is its own", () => {
    const words = ["bash", "--port=1", "--help", "--", "-x", ""];
    expect(configOf("--port=2", ...words)).toMatchObject({ listen: { port: 2 }, command: words });
  });

  test("-- ends them too, and is not part of it", () => {
    expect(configOf("--", "--port", "1")).toMatchObject({
      listen: { port: 80 },
      command: ["--port", "1"],
    });
    expect(configOf("--", "--", "x").command).toEqual(["--", "x"]);
  });

  test("- alone is no option", () => {
    expect(configOf("-", "x").command).toEqual(["-", "x"]);
  });

  for (const argv of [[], ["--port=1"], ["--"], ["--port=1", "--"]]) {
    test(`is missing: ${JSON.stringify(argv)}`, () => {
      expect(errorOf(...argv)).toBe("COMMAND is missing: websockd [options] COMMAND, or --dir=DIR");
    });
  }
});

describe("what is no option", () => {
  test("the nearest one is named", () => {
    expect(errorOf("--prot=1", "cat")).toBe("Unknown option: --prot. Did you mean --port?");
    expect(errorOf("-maxfork=1", "cat")).toContain("Did you mean --maxforks?");
    expect(errorOf("--adress", "x", "cat")).toContain("Did you mean --address?");
    expect(errorOf("--Port=1", "cat")).toContain("Did you mean --port?");
  });

  test("none is named that is far", () => {
    expect(errorOf("--zzzzzzzzzzzzzz", "cat")).toBe("Unknown option: --zzzzzzzzzzzzzz.");
  });

  for (const word of ["---port", "--=1", "-=", "---"]) {
    test(`${word} is a bad option`, () => {
      expect(errorOf(word, "cat")).toBe(`Bad option: ${word}`);
    });
  }

  test("names that an object has of its own are unknown like others", () => {
    expect(errorOf("--constructor=1", "cat")).toContain("Unknown option: --constructor.");
    expect(errorOf("--__proto__=1", "cat")).toContain("Unknown option: --__proto__.");
  });

  test("a value that is missing: the form is told", () => {
    expect(errorOf("--port")).toBe("--port needs a value: --port=PORT");
  });
});
