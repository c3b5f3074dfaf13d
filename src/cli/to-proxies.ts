// Which proxies are trusted and what of theirs is believed, from the options that say so.

import type { ProxiesConfig } from "../config.ts";
import { parseAddress, parseNetwork } from "../ip-address.ts";
import { UsageError } from "./value.ts";
import { defaultOf, type Values } from "./values.ts";

type Field = ProxiesConfig["fields"][number];

const UNIX = "unix";
const FIELDS: readonly Field[] = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
];
/** Each is compared with each peer: a list that is longer is not a list of proxies. */
const TRUSTED_MAX = 256;
const EXAMPLE = "for example --trusted-proxy=127.0.0.1,10.0.0.0/8,fd00::/8";

export function proxiesOf(values: Values): ProxiesConfig {
  const lists = values.all("trusted-proxy");
  const trusted = [...new Set(lists.flatMap(split))];
  for (const entry of trusted) judgeTrusted(entry);
  if (trusted.length > TRUSTED_MAX) {
    throw new UsageError(`--trusted-proxy: at most ${TRUSTED_MAX} entries (take larger networks)`);
  }
  const headerRequired = values.flag("proxy-protocol");
  const refuse = (text: string) => new UsageError(text, "conflict");
  if (headerRequired && trusted.length === 0) {
    throw refuse(`--proxy-protocol needs --trusted-proxy: who may send the header, ${EXAMPLE}`);
  }
  if (headerRequired && values.text("unixsocket") !== "" && !trusted.includes(UNIX)) {
    throw refuse("--proxy-protocol with --unixsocket needs unix in --trusted-proxy");
  }
  const list = values.text("forwarded");
  if (list !== defaultOf("forwarded") && trusted.length === 0) {
    throw refuse(`--forwarded needs --trusted-proxy: who writes these fields, ${EXAMPLE}`);
  }
  return { trusted, fields: toFields(list), headerRequired };
}

function split(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function judgeTrusted(entry: string): void {
  if (entry === UNIX || parseNetwork(entry) !== null) return;
  const [address = "", length] = entry.split("/");
  const isFine = parseAddress(address) !== null && /^[0-9]+$/.test(length ?? "");
  const wrong = isFine
    ? "has bits behind its prefix, or too long a prefix"
    : "is no address, no network and not unix";
  throw new UsageError(`--trusted-proxy: "${entry}" ${wrong}, ${EXAMPLE}`);
}

/** Forwarded says all that the others say: who reads both may be told two things. */
function toFields(list: string): readonly Field[] {
  const names = split(list.toLowerCase());
  if (names.length === 1 && names[0] === "none") return [];
  const fields = FIELDS.filter((field) => names.includes(field));
  const isAlone = !fields.includes("forwarded") || fields.length === 1;
  if (names.length > 0 && fields.length === names.length && isAlone) return fields;
  throw new UsageError(
    `--forwarded=${list}: what the proxy writes is wanted, forwarded, none, or a list such as ` +
      "--forwarded=x-forwarded-for,x-forwarded-proto,x-forwarded-host",
  );
}
