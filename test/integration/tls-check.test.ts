// Certificates that are there and not good: expired ones are told of, by the log and by --check.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { expired, type CertificatePaths } from "../support/certificates.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

describe.skipIf(missing("openssl", Bun.which("openssl") !== null))("an expired certificate", () => {
  const directory = new TestDirectory();
  let options: string[];
  let old: CertificatePaths;
  beforeAll(() => {
    old = expired(directory);
    options = ["--ssl", `--sslcert=${old.certificate}`, `--sslkey=${old.key}`];
  });
  afterAll(() => directory[Symbol.dispose]());

  test("is told in the log, at the start and when it is read again", async () => {
    await using server = await startServer([...options, "cat"]);
    const line = / ERROR {2}the certificate in .*expired\.crt has expired/;
    expect(server.matching(line)).toHaveLength(1);
    server.signal("SIGHUP");
    await server.logged(/ certificates read/);
    expect(server.matching(line)).toHaveLength(2);
  });

  test("is told by --check", async () => {
    const { stdout } = await runProgram(["--check", "--port=0", ...options, "cat"]);
    expect(stdout).toMatch(/expired\.crt +EXPIRED: CN=expired; until /);
  });
});
