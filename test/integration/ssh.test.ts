// The recipe whose command is ssh: a program on another host, with the real ssh and sshd, and no port between them.

import { existsSync, mkdirSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isAlive } from "../support/server-processes.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const SSHD = "/usr/sbin/sshd";
const isMissing = missing("ssh", Bun.which("ssh") !== null) || missing("sshd", existsSync(SSHD));
/** As docs/services.md has it. */
const STOP = "--stop=eof:2s,TERM:5s,KILL";

/** The words that run a program on a host that is this one. */
function sshWords(directory: TestDirectory): string[] {
  for (const name of ["host", "user"]) {
    const words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory.file(name)];
    expect(Bun.spawnSync(words).exitCode).toBe(0);
  }
  // Where sshd gives up its rights, when it has any to give up.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const configuration = directory.write(
    "sshd_config",
    [
      `HostKey ${directory.file("host")}`,
      `AuthorizedKeysFile ${directory.file("user.pub")}`,
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin yes",
      "LogLevel ERROR",
      "",
    ].join("\n"),
  );
  const options = [
    `ProxyCommand=${SSHD} -i -f ${configuration}`,
    "UserKnownHostsFile=/dev/null",
    "StrictHostKeyChecking=no",
    "LogLevel=ERROR",
  ];
  const name = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  const key = ["-i", directory.file("user")];
  const words = ["ssh", "-T", "-F", "none", ...key, ...options.flatMap((one) => ["-o", one])];
  return [...words, `${name}@another-host`];
}

test.skipIf(isMissing)("a program on another host: messages, its exit, and its end", async () => {
  using directory = new TestDirectory();
  const program = 'echo $$; while read -r line; do [ "$line" = end ] && exit 7; echo "$line"; done';
  await using server = await startServer([STOP, ...sshWords(directory), program]);
  using client = await RawClient.open(server);
  await client.line();
  client.text("across");
  expect(await client.line()).toBe("across");
  client.text("end");
  expect(await client.settle()).toMatchObject({ code: 4007, reason: "exit 7" });

  using leaver = await RawClient.open(server);
  const pid = Number(await leaver.line());
  expect(isAlive(pid)).toBe(true);
  leaver.reset();
  // The end of our stdin is that of the program over there, and its exit is ssh's.
  await eventually("the end of the program", () => !isAlive(pid));
  expect(await server.logged(/ DISCONNECT session=2 /)).toContain(" exit=0 ");
});
