// The Content-Security-Policy of a page of ours: nothing may run or be shown but what stands in it, or comes with it.

export interface PagePolicy {
  /** Where it may connect: sources of `connect-src`. */
  readonly connect: string;
  /** Scripts and styles come from the same server, too. Default: they do not. */
  readonly hasParts?: boolean;
}

/** Of a page with one `script` and one `style` in it. */
export function pagePolicy(html: string, { connect, hasParts = false }: PagePolicy): string {
  const parts = hasParts ? "'self' " : "";
  return [
    "default-src 'none'",
    `script-src ${parts}${hashOf(html, "script")}`,
    `style-src ${parts}${hashOf(html, "style")}`,
    `connect-src ${connect}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** CSP 3, 6.7.3: the hash of an element's text. */
function hashOf(html: string, element: "script" | "style"): string {
  const text = html.slice(
    html.indexOf(`<${element}>`) + element.length + 2,
    html.lastIndexOf(`</${element}>`),
  );
  return `'sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}'`;
}
