// --basic-auth-file: lines as `htpasswd -B` writes them, each hash of a kind that is meant for passwords.

import { readSecretFile, SecretFileError } from "./secret-file.ts";

export interface PasswordUser {
  readonly name: string;
  /** In crypt(3)'s form. */
  readonly hash: string;
  /** Bytes of a password that its kind looks at. */
  readonly sizeMax: number;
}

export interface PasswordFile {
  readonly users: ReadonlyMap<string, PasswordUser>;
  readonly warnings: readonly string[];
}

const OPTION = "basic-auth-file";
const REMEDY = "write it anew with htpasswd -B -C 10 FILE NAME";
/** 16 bytes of salt and 23 of hash in bcrypt's own base64, whose last digits have bits that are zero. */
const BCRYPT = /^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;
/** Each step doubles the time: 14 is about a second of CPU for one password. */
const BCRYPT_COST_MIN = 4;
const BCRYPT_COST_MAX = 14;
/** All others cut there; Bun would hash what is longer first, which no htpasswd does. */
const BCRYPT_SIZE_MAX = 72;
const ARGON2ID =
  /^\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
/** What one password costs is what a stranger can have us spend: so much at once, and in all its passes a GiB, a second or two. */
const ARGON2_MEMORY_MAX_KIB = 256 * 1024;
const ARGON2_WORK_MAX_KIB = 1024 * 1024;
const ARGON2_LANES_MAX = 16;

/** What a hash that is not taken is, by how it begins. */
const OTHERS: readonly (readonly [begin: RegExp, kind: string])[] = [
  [/^\$apr1\$/, "MD5 ($apr1$)"],
  [/^\$1\$/, "MD5 ($1$)"],
  [/^\$5\$/, "SHA-256 ($5$)"],
  [/^\$6\$/, "SHA-512 ($6$)"],
  [/^\{SHA\}/, "SHA-1 ({SHA})"],
  [/^\$argon2[di]\$/, "argon2i or argon2d"],
  [/^\$2/, "no whole bcrypt hash"],
  [/^\$argon2id/, "no whole argon2id hash, version 19"],
  [/^\$/, "of a kind that is not known here"],
  [/(?:)/, "plain text or crypt"],
];

/** Throws SecretFileError. */
export function readPasswordFile(file: string): PasswordFile {
  const wanted = "NAME:HASH, as htpasswd -B writes it,";
  const { lines, warnings } = readSecretFile(OPTION, file, wanted);
  const users = new Map<string, PasswordUser>();
  for (const { number, name, secret } of lines) {
    const problem = (text: string) => {
      throw new SecretFileError(`--${OPTION}=${file}, line ${number}: ${text}`);
    };
    if (users.has(name)) problem(`the name stands in a line before, too (leave one of them)`);
    const { reason, sizeMax } = judgeHash(secret);
    if (reason !== null) problem(`the hash is ${reason} (${REMEDY})`);
    users.set(name, { name, hash: secret, sizeMax });
  }
  return { users, warnings };
}

/** Nothing is cut off, and no bit is there that means nothing: Bun would not read it. */
function isWholeBase64(text: string): boolean {
  return Buffer.from(text, "base64").toString("base64").replace(/=+$/, "") === text;
}

/** `reason`: why the hash is not taken. */
function judgeHash(hash: string): { reason: string | null; sizeMax: number } {
  const bcrypt = BCRYPT.exec(hash);
  if (bcrypt !== null) {
    const cost = Number(bcrypt[1]);
    const isGood = cost >= BCRYPT_COST_MIN && cost <= BCRYPT_COST_MAX;
    const reason = `bcrypt of cost ${cost}, not ${BCRYPT_COST_MIN} to ${BCRYPT_COST_MAX}`;
    return { reason: isGood ? null : reason, sizeMax: BCRYPT_SIZE_MAX };
  }
  const argon2 = ARGON2ID.exec(hash);
  if (argon2 !== null && argon2.slice(4).every(isWholeBase64)) {
    const [memory = 0, passes = 0, lanes = 0] = argon2.slice(1).map(Number);
    // RFC 9106 3.1: eight blocks for each lane at least.
    const isSound = passes >= 1 && lanes >= 1 && memory >= 8 * lanes;
    const isBounded =
      memory <= ARGON2_MEMORY_MAX_KIB &&
      memory * passes <= ARGON2_WORK_MAX_KIB &&
      lanes <= ARGON2_LANES_MAX;
    const reason = `argon2id with m, t or p out of bounds: m is at most ${ARGON2_MEMORY_MAX_KIB}, m times t ${ARGON2_WORK_MAX_KIB}, p ${ARGON2_LANES_MAX}`;
    return { reason: isSound && isBounded ? null : reason, sizeMax: Infinity };
  }
  return { reason: OTHERS.find(([begin]) => begin.test(hash))![1], sizeMax: 0 };
}
