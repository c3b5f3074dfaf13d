// RFC 7239: the Forwarded field, in which proxies say one after the other whom they forward.

/** What one proxy says, as it was written, quotes taken off. */
export interface ForwardedElement {
  readonly for?: string;
  readonly proto?: string;
  readonly host?: string;
}

/** 4: forwarded-pair, token "=" ( token / quoted-string ). */
const PAIR =
  /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)|"((?:[^"\\]|\\.)*)")/y;
const BETWEEN = /[ \t]*([;,])[ \t]*/y;

/** The elements of one field line, null when it is none. RFC 9110 5.6.1.2: empty elements are no fault. */
export function parseForwarded(line: string): readonly ForwardedElement[] | null {
  const elements: ForwardedElement[] = [];
  let element: Record<string, string> = {};
  const ended = () => {
    if (Object.keys(element).length > 0) elements.push(element);
    element = {};
  };
  for (let at = 0; at < line.length;) {
    PAIR.lastIndex = at;
    const pair = PAIR.exec(line);
    if (pair !== null) {
      const [text, name = "", token, quoted = ""] = pair;
      const key = name.toLowerCase();
      // 4: each parameter once in an element.
      if (Object.hasOwn(element, key)) return null;
      element = { ...element, [key]: token ?? quoted.replace(/\\(.)/g, "$1") };
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
