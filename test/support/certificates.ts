// Keys and certificates for the tests, made by openssl where they are needed.

import type { TestDirectory } from "./server-directory.ts";

export interface CertificatePaths {
  readonly certificate: string;
  readonly key: string;
}

const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function openssl(...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...words]);
  if (exitCode !== 0) throw new Error(`openssl ${words[0]}: ${stderr.toString()}`);
}

/** One that signs itself, for these names. */
export function selfSigned(
  directory: TestDirectory,
  name: string,
  names: readonly string[],
): CertificatePaths {
  const certificate = directory.file(`${name}.crt`);
  const key = directory.file(`${name}.key`);
  const alternative = `subjectAltName=${names.join(",")}`;
  const words = ["-days", "2", "-subj", `/CN=${name}`, "-addext", alternative];
  openssl("req", "-x509", ...EC_KEY, "-keyout", key, "-out", certificate, ...words);
  return { certificate, key };
}

/** A client's, signed by that authority. */
export function signedBy(
  directory: TestDirectory,
  authority: CertificatePaths,
  subject: string,
  name = "client",
): CertificatePaths {
  const certificate = directory.file(`${name}.crt`);
  const key = directory.file(`${name}.key`);
  const request = directory.file(`${name}.csr`);
  openssl("req", ...EC_KEY, "-keyout", key, "-out", request, "-subj", subject);
  const signing = ["-CA", authority.certificate, "-CAkey", authority.key, "-CAcreateserial"];
  openssl("x509", "-req", "-in", request, ...signing, "-days", "2", "-out", certificate);
  return { certificate, key };
}

/** One that signs itself, and was good until yesterday. */
export function expired(directory: TestDirectory): CertificatePaths {
  const certificate = directory.file("expired.crt");
  const key = directory.file("expired.key");
  const request = directory.file("expired.csr");
  openssl("req", ...EC_KEY, "-keyout", key, "-out", request, "-subj", "/CN=expired");
  const signing = ["-req", "-in", request, "-signkey", key, "-days", "-1"];
  openssl("x509", ...signing, "-out", certificate);
  return { certificate, key };
}
