// RFC 3875 4.1 and PARITY 1.2: what a service is told about its request.

import { describe, expect, test } from "bun:test";
import { cgiEnvironment, type CgiContext } from "../../src/http/cgi-environment.ts";
import { decodePath, splitTarget } from "../../src/http/request-path.ts";
import { headOf } from "./head-reader.ts";

const LIMITS = { targetSizeMax: 8192, headSizeMax: 16384, fieldsMax: 100 };
const CONTEXT: CgiContext = {
  remoteAddress: "192.0.2.7",
  remotePort: 50123,
  remoteHost: "192.0.2.7",
  localAddress: "198.51.100.1",
  isTls: false,
  scriptName: "/",
  pathInfo: "/a/b",
  serverSoftware: "websockd/1.2.3",
  uniqueId: "0198c0de",
};

/** The environment for a request with this target and these field lines. */
function environment(target: string, fields: readonly string[] = ["Host: example.com"]) {
  const text = [`GET ${target} HTTP/1.1`, ...fields, "", ""].join("\r\n");
  // What COMMAND gets: the whole path.
  const pathInfo = decodePath(splitTarget(target).raw);
  return cgiEnvironment(headOf(text, LIMITS), { ...CONTEXT, pathInfo });
}

test("PARITY 1.2: every variable of websocketd, and nothing else", () => {
  expect(environment("/a/b?c=d", ["Host: example.com:81"])).toEqual({
    SERVER_SOFTWARE: "websockd/1.2.3",
    REMOTE_ADDR: "192.0.2.7",
    REMOTE_HOST: "192.0.2.7",
    REMOTE_PORT: "50123",
    SERVER_NAME: "example.com",
    SERVER_PORT: "81",
    SERVER_PROTOCOL: "HTTP/1.1",
    GATEWAY_INTERFACE: "CGI/1.1",
    REQUEST_METHOD: "GET",
    REQUEST_URI: "/a/b?c=d",
    SCRIPT_NAME: "/",
    PATH_INFO: "/a/b",
    PATH_TRANSLATED: "/a/b",
    QUERY_STRING: "c=d",
    AUTH_TYPE: "",
    CONTENT_LENGTH: "",
    CONTENT_TYPE: "",
    REMOTE_IDENT: "",
    REMOTE_USER: "",
    UNIQUE_ID: "0198c0de",
    HTTP_HOST: "example.com:81",
  });
});

describe("4.1.14, 4.1.15 SERVER_NAME and SERVER_PORT, from the Host field", () => {
  const HOSTS: readonly (readonly [host: string, name: string, port: string])[] = [
    ["example.com", "example.com", "80"],
    ["example.com:443", "example.com", "443"],
    ["example.com:", "example.com", "80"],
    ["192.0.2.1:8", "192.0.2.1", "8"],
    ["[2001:db8::1]", "[2001:db8::1]", "80"],
    ["[2001:db8::1]:9000", "[2001:db8::1]", "9000"],
    ["", "198.51.100.1", "80"],
  ];
  for (const [host, name, port] of HOSTS) {
    test(`${JSON.stringify(host)} is ${name} at ${port}`, () => {
      const variables = environment("/", [`Host: ${host}`]);
      expect(variables["SERVER_NAME"]).toBe(name);
      expect(variables["SERVER_PORT"]).toBe(port);
    });
  }

  test("without a Host (HTTP/1.0)", () => {
    const variables = cgiEnvironment(headOf("GET / HTTP/1.0\r\n\r\n"), CONTEXT);
    expect(variables["SERVER_NAME"]).toBe("198.51.100.1");
    expect(variables["SERVER_PORT"]).toBe("80");
    expect(variables["SERVER_PROTOCOL"]).toBe("HTTP/1.0");
    expect(variables).not.toHaveProperty("HTTP_HOST");
  });
});

describe("4.1.5, 4.1.7 PATH_INFO and QUERY_STRING", () => {
  const TARGETS: readonly (readonly [target: string, path: string, query: string])[] = [
    ["/", "/", ""],
    ["/?", "/", ""],
    ["/a?b?c", "/a", "b?c"],
    ["/a%20b?c%20d", "/a b", "c%20d"],
    ["/caf%C3%A9", "/café", ""],
    ["/%F0%9F%98%80", "/😀", ""],
    ["/a%2Fb", "/a/b", ""],
    ["/100%25", "/100%", ""],
    ["/%2541", "/%41", ""],
    ["/a+b", "/a+b", ""],
    ["/%3F?%3F", "/?", "%3F"],
    ["//double//", "//double//", ""],
    ["/../..", "/../..", ""],
    ["http://example.com/a?b", "/a", "b"],
    ["HTTPS://example.com:443/a", "/a", ""],
    ["http://example.com", "/", ""],
    ["http://example.com?b", "/", "b"],
  ];
  for (const [target, path, query] of TARGETS) {
    test(`${target} is decoded once`, () => {
      const variables = environment(target);
      expect(variables["PATH_INFO"]).toBe(path);
      expect(variables["PATH_TRANSLATED"]).toBe(path);
      expect(variables["QUERY_STRING"]).toBe(query);
      const local = target.replace(/^https?:\/\/[^/?]*/i, "");
      expect(variables["REQUEST_URI"]).toBe(local.startsWith("/") ? local : `/${local}`);
    });
  }

  const AS_IT_CAME = ["/%", "/%4", "/%zz", "/%ff", "/%c0%af", "/%ed%a0%80", "/a%00b", "/%41%"];
  for (const target of AS_IT_CAME) {
    test(`${target} does not decode, or has a NUL: it is given as it came`, () => {
      expect(environment(target)["PATH_INFO"]).toBe(target);
    });
  }
});

describe("4.1.18 fields as HTTP_ variables", () => {
  /** The HTTP_ variables of a request with these field lines, but for HTTP_HOST. */
  function fieldVariables(lines: readonly string[]): Record<string, string> {
    const all = Object.entries(environment("/", ["Host: h", ...lines]));
    return Object.fromEntries(
      all.filter(([name]) => name.startsWith("HTTP_") && name !== "HTTP_HOST"),
    );
  }

  test("upper case, - as _", () => {
    expect(fieldVariables(["sec-WebSocket-Key: k", "X-A-B:  c "])).toEqual({
      HTTP_SEC_WEBSOCKET_KEY: "k",
      HTTP_X_A_B: "c",
    });
  });

  test("RFC 9110 5.3: of the same name joined with a comma", () => {
    expect(fieldVariables(["X-A: 1", "X-B: 2", "x-a: 3"])).toEqual({
      HTTP_X_A: "1, 3",
      HTTP_X_B: "2",
    });
  });

  test("RFC 6265 5.4: cookies joined with a semicolon", () => {
    expect(fieldVariables(["Cookie: a=1", "cookie: b=2; c=3"])).toEqual({
      HTTP_COOKIE: "a=1; b=2; c=3",
    });
  });

  test("CVE-2016-5385 httpoxy: Proxy is dropped, whatever its case", () => {
    expect(fieldVariables(["Proxy: http://evil", "pROXY: http://evil"])).toEqual({});
    expect(fieldVariables(["Proxy-Authorization: x"])).toEqual({ HTTP_PROXY_AUTHORIZATION: "x" });
  });

  test("PARITY 2: names with _ are dropped: X_User cannot pose as X-User", () => {
    expect(fieldVariables(["X_User: root", "X-User: me", "Proxy_: x", "_: x"])).toEqual({
      HTTP_X_USER: "me",
    });
  });

  test("fields cannot pose as the variables of the server", () => {
    const variables = environment("/", ["Host: h", "Remote-Addr: 1", "Content-Type: 2"]);
    expect(variables["REMOTE_ADDR"]).toBe("192.0.2.7");
    expect(variables["CONTENT_TYPE"]).toBe("");
    expect(variables["HTTP_REMOTE_ADDR"]).toBe("1");
    expect(variables).not.toHaveProperty("HTTP_CONTENT_TYPE");
  });

  test("names that an object has of its own are names like others", () => {
    expect(fieldVariables(["constructor: c", "toString: t"])).toEqual({
      HTTP_CONSTRUCTOR: "c",
      HTTP_TOSTRING: "t",
    });
  });

  test("a value in UTF-8 comes through as the bytes that were sent", () => {
    expect(fieldVariables(["X-Name: caf\xc3\xa9"])).toEqual({ HTTP_X_NAME: "café" });
  });

  test("a byte order mark is part of a value", () => {
    expect(fieldVariables(["X-Name: \xef\xbb\xbfa"])).toEqual({ HTTP_X_NAME: "\ufeffa" });
  });

  test("a value that is not UTF-8 is read as Latin-1", () => {
    expect(fieldVariables(["X-Name: caf\xe9"])).toEqual({ HTTP_X_NAME: "café" });
  });
});
