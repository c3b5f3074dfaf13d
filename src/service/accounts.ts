// Users and groups as the system knows them (getpwnam(3), getgrnam(3), getgrouplist(3)), wherever it keeps them.

import { ptr, read, type Pointer } from "bun:ffi";
import { lazyLibc } from "../libc.ts";

const libc = lazyLibc({
  getpwnam: { args: ["ptr"], returns: "ptr" },
  getpwuid: { args: ["u32"], returns: "ptr" },
  getgrnam: { args: ["ptr"], returns: "ptr" },
  getgrouplist: { args: ["ptr", "u32", "ptr", "ptr"], returns: "i32" },
});

/** struct passwd and struct group begin with two pointers; behind them are the numbers, with glibc and with musl. */
const OFFSET_ID = 16;
const OFFSET_PASSWD_GROUP = 20;
/** setgroups(2): NGROUPS_MAX. */
const GROUPS_MAX = 65_536;

export interface User {
  readonly uid: number;
  /** Null: the number is nobody's, so there is no telling. */
  readonly gid: number | null;
  /** For getgrouplist; null as above. */
  readonly name: string | null;
}

/** By name or number; null when there is no such user. */
export function findUser(text: string): User | null {
  const uid = numberOf(text);
  const found = uid === null ? libc().getpwnam(ptr(cString(text))) : libc().getpwuid(uid);
  if (found === null) return uid === null ? null : { uid, gid: null, name: null };
  return {
    uid: read.u32(found, OFFSET_ID),
    gid: read.u32(found, OFFSET_PASSWD_GROUP),
    name: textAt(read.ptr(found, 0) as Pointer),
  };
}

/** The number of a group by its name or number; null when there is no such name. */
export function findGroup(text: string): number | null {
  const gid = numberOf(text);
  if (gid !== null) return gid;
  const found = libc().getgrnam(ptr(cString(text)));
  return found === null ? null : read.u32(found, OFFSET_ID);
}

/** The groups that the user is in besides `gid`. */
export function supplementaryGroups(name: string, gid: number): readonly number[] {
  const list = new Uint32Array(GROUPS_MAX);
  const count = new Int32Array([GROUPS_MAX]);
  libc().getgrouplist(ptr(cString(name)), gid, ptr(list), ptr(count));
  return [...new Set(list.subarray(0, Math.min(count[0]!, GROUPS_MAX)))].filter(
    (group) => group !== gid,
  );
}

/** What setuid(2) can take and Bun passes on; -1 stands for "as it is". */
const ID_MAX = 2 ** 31 - 1;

function numberOf(text: string): number | null {
  return /^[0-9]{1,10}$/.test(text) && Number(text) <= ID_MAX ? Number(text) : null;
}

function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`);
}

function textAt(address: Pointer): string {
  const bytes: number[] = [];
  for (let i = 0; bytes.length < 256; i++) {
    const byte = read.u8(address, i);
    if (byte === 0) break;
    bytes.push(byte);
  }
  return Buffer.from(bytes).toString("utf8");
}
