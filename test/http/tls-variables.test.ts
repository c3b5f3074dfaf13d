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

test("with one: RFC 4514 has the most special attribute first", () => {
  const clientCertificate = {
    subject: "C=DE\nO=Some\\, Org\nCN=client one",
    issuer: "CN=authority",
    serialNumber: "0A",
    validFrom: "Nov 24 10:00:00 2026 GMT",
    validTo: "Nov 26 10:00:00 2026 GMT",
    fingerprint: "AB:CD",
    pem: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
  };
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
