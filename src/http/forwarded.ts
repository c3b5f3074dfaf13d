// RFC 7239: the Forwarded field, in which proxies say one after the other whom they forward.

/** What one proxy says: parameters by their names in lower case, quotes taken off. */
export type ForwardedElement = ReadonlyMap<string, string>;

/** 4: forwarded-pair, token "=" ( token / quoted-string ). */
const PAIR =
  /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)|"((?:[^"\\]|\\.)*)")/y;
const BETWEEN = /[ \t]*([;,])[ \t]*/y;

/** The elements of one field line, null when it is none. RFC 9110 5.6.1.2: empty elements are no fault. */
export function parseForwarded(line: string): readonly ForwardedElement[] | null {
  const elements: ForwardedElement[] = [];
  let element = new Map<string, string>();
  const ended = () => {
    if (element.size > 0) elements.push(element);
    element = new Map();
  };
  for (let at = 0; at < line.length;) {
    PAIR.lastIndex = at;
    const pair = PAIR.exec(line);
    if (pair !== null) {
      const [text, name = "", token, quoted = ""] = pair;
      const key = name.toLowerCase();
      // 4: each parameter once in an element.
      if (element.has(key)) return null;
      element.set(key, token ?? quoted.replace(/\\(.)/g, "$1"));
      at += text.length;
    }
    BETWEEN.lastIndex = at;
    const between = BETWEEN.exec(line);
    if (between === null) {
      if (at < line.length) return null;
      break;
    }
    if (between[1] === ",") ended();
    at += between[0].length;
  }
  ended();
  return elements;
}
