// Which configuration file is read, and which is refused for those who may have written it.

import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "bun:test";
import { handConfigFile, handedConfigFile, readConfigFile } from "../../src/start/config-file.ts";
import { defaultConfigFile } from "../../src/start/config-place.ts";
import { TestDirectory } from "../support/server-directory.ts";

function problemOf(path: string): string {
  try {
    readConfigFile(path);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("the file", () => {
  test("is taken when only its owner may write it", () => {
    using directory = new TestDirectory();
    const path = directory.write("a.toml", "\ufeffport = 1\n", 0o644);
    expect(readConfigFile(path)).toEqual({ path, text: "port = 1\n" });
    chmodSync(path, 0o600);
    symlinkSync(path, directory.file("link"));
    expect(readConfigFile(directory.file("link")).text).toBe("port = 1\n");
  });

  for (const mode of [0o664, 0o646, 0o666, 0o620]) {
    test(`is refused with mode ${mode.toString(8)}`, () => {
      using directory = new TestDirectory();
      const path = directory.write("a.toml", "port = 1\n");
      chmodSync(path, mode);
      expect(problemOf(path)).toContain(`--config=${path}: it says which programs run, and others`);
      expect(problemOf(path)).toContain("chmod go-w");
    });
  }

  test.skipIf(process.geteuid!() !== 0)("is refused when it is somebody else's", () => {
    using directory = new TestDirectory();
    const path = directory.write("a.toml", "port = 1\n");
    chownSync(path, 65534, 65534);
    expect(problemOf(path)).toContain("belongs to somebody else (chown it to root or");
  });

  test("is refused when it is none, too large, or no UTF-8", () => {
    using directory = new TestDirectory();
    expect(problemOf(directory.path)).toContain("is no regular file");
    expect(problemOf("/dev/null")).toContain("is no regular file");
    expect(Bun.spawnSync(["mkfifo", directory.file("pipe")]).exitCode).toBe(0);
    expect(problemOf(directory.file("pipe"))).toContain("is no regular file");
    expect(problemOf(directory.file("none"))).toContain("ENOENT (give its path;");
    expect(problemOf(directory.write("large", "#".repeat(65537)))).toContain("over 65536 bytes");
    expect(problemOf(directory.write("full", "#".repeat(65536)))).toBe("");
    expect(problemOf(directory.write("empty", ""))).toBe("");
    const path = directory.file("latin1");
    Bun.spawnSync(["sh", "-c", `printf '#\\344' >${path}; chmod 600 ${path}`]);
    expect(problemOf(path)).toContain("is not UTF-8");
  });

  test("is handed on as it was read", () => {
    const environment = {};
    expect(handedConfigFile(environment)).toBeNull();
    const file = { path: '/a "b"\n/c', text: 'port = 1\n\n# "\u00e4\n' };
    handConfigFile(environment, file);
    expect(handedConfigFile(environment)).toEqual(file);
  });
});

describe("without a name it is the first of", () => {
  function place(directory: TestDirectory, name: string): string {
    const path = directory.file(`${name}/websockd/config.toml`);
    mkdirSync(dirname(path), { recursive: true });
    return directory.write(`${name}/websockd/config.toml`, "");
  }

  test("$XDG_CONFIG_HOME, or ~/.config where that is none, and /etc", () => {
    using directory = new TestDirectory();
    const environment = { XDG_CONFIG_HOME: directory.file("xdg"), HOME: directory.file("home") };
    const etc = directory.file("etc");
    const found = (given = environment) => defaultConfigFile(given, etc);
    expect(found()).toBeNull();
    const system = place(directory, "etc");
    expect(found()).toBe(system);
    const home = place(directory, "home/.config");
    expect(found()).toBe(system);
    expect(found({ ...environment, XDG_CONFIG_HOME: "" })).toBe(home);
    expect(found({ ...environment, XDG_CONFIG_HOME: "relative" })).toBe(home);
    expect(found({ XDG_CONFIG_HOME: "", HOME: "" })).toBe(system);
    const xdg = place(directory, "xdg");
    expect(found()).toBe(xdg);
  });
});
