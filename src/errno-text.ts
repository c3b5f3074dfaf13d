// What the system's refusal to open or make a file means, with what helps.

/** By the code of errno(3); the others are rare, and stand alone. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["EACCES", "see its permissions, those of its directories, and as whom we run"],
  ["EISDIR", "it is a directory; name a file"],
  ["ELOOP", "its links lead in a circle"],
  ["ENOENT", "its directory is not there; make it"],
  ["ENOSPC", "the disk is full"],
  ["ENOTDIR", "a part of its path is no directory"],
  ["EROFS", "nothing can be written there; name another place"],
]);

/** `EISDIR: it is a directory; name a file`. Who reads a file, and gets ENOENT, has a better word for that. */
export function errnoText(code: string): string {
  const remedy = REMEDIES.get(code);
  return remedy === undefined ? code : `${code}: ${remedy}`;
}
