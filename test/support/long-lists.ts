// Values of list fields, as long as a request head of 16 KiB bears, of the kinds that bring a reader to go back.

/** Leaves room for the other fields of a handshake. */
const LENGTH = 15 * 1024;

/** By what they are made of. */
export const LONG_LISTS: Readonly<Record<string, string>> = {
  "a token": "a".repeat(LENGTH),
  "blanks between two tokens": `a${" ".repeat(LENGTH)}b`,
  "blanks around a comma": `a${" ".repeat(LENGTH / 2)},${" ".repeat(LENGTH / 2)}b`,
  "blanks, then nothing": `a${" ".repeat(LENGTH)}`,
  tabs: `${"\t".repeat(LENGTH)}a`,
  commas: ",".repeat(LENGTH),
  "commas and blanks": ", ".repeat(LENGTH / 2),
  "tokens of one character": "a,".repeat(LENGTH / 2),
  semicolons: `a${";".repeat(LENGTH)}`,
  parameters: `a${";b".repeat(LENGTH / 2)}`,
  "parameters with values": `a${";b=c".repeat(LENGTH / 4)}`,
  "a quote that does not end": `a;b="${"c".repeat(LENGTH)}`,
  escapes: `a;b="${"\\c".repeat(LENGTH / 2)}"`,
  "escapes that do not end": `a;b="${"\\".repeat(LENGTH)}`,
  quotes: `a;b=${'"'.repeat(LENGTH)}`,
  "quotes that are each begun anew": `a${';b="'.repeat(LENGTH / 4)}`,
  "offers that end in an error": `${"a;b,".repeat(LENGTH / 4)}=`,
};
