// The variables of a client's TLS, as mod_ssl names and writes them.

import { expect, test } from "bun:test";
import { tlsVariables } from "../../src/http/tls-variables.ts";

const INFO = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: "h" };

test("without a client's certificate", () => {
  expect(tlsVariables({ ...INFO, clientCertificate: null })).toEqual({
    SSL_PROTOCOL: "TLSv1.3",
    SSL_CIPHER: "TLS_AES_256_GCM_SHA384",
    SSL_TLS_SNI: "h",
    SSL_CLIENT_VERIFY: "NONE",
  });
});

const clientCertificate = {
  subject: "C=DE\nO=Some\\, Org\nCN=client one",
  issuer: "CN=authority",
  serialNumber: "0A",
  validFrom: "Nov 24 10:00:00 2026 GMT",
  validTo: "Nov 26 10:00:00 2026 GMT",
  fingerprint: "AB:CD",
  pem: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
};

test("with one: RFC 4514 has the most special attribute first", () => {
  expect(tlsVariables({ ...INFO, clientCertificate })).toMatchObject({
    SSL_CLIENT_VERIFY: "SUCCESS",
    SSL_CLIENT_S_DN: "CN=client one,O=Some\\, Org,C=DE",
    SSL_CLIENT_S_DN_CN: "client one",
    SSL_CLIENT_I_DN: "CN=authority",
    SSL_CLIENT_M_SERIAL: "0A",
    SSL_CLIENT_FINGERPRINT: "abcd",
    SSL_CLIENT_CERT: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----",
  });
});

test.each<[subject: string, name: string, commonName: string]>([
  ["", "", ""],
  ["O=x\nCN=one + OU=y", "CN=one+OU=y,O=x", "one"],
  ["OU=y + CN=one", "OU=y+CN=one", "one"],
  ["O=CN=no\nCN=bob \\+ OU=admin", "CN=bob \\+ OU=admin,O=CN=no", "bob + OU=admin"],
  ["CN=Doe\\, Jo\\0A", "CN=Doe\\, Jo\\0A", "Doe, Jo\\0A"],
])("RFC 4514 2.2, 2.4: %j", (subject, name, commonName) => {
  const variables = tlsVariables({ ...INFO, clientCertificate: { ...clientCertificate, subject } });
  expect(variables).toMatchObject({ SSL_CLIENT_S_DN: name, SSL_CLIENT_S_DN_CN: commonName });
});
