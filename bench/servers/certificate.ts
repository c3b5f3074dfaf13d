// A certificate for 127.0.0.1 that signs itself, made by openssl for one run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type CertificateFiles = { readonly certificate: string; readonly key: string };

export type TemporaryCertificate = CertificateFiles & Disposable;

/** Undefined where there is no openssl. Throws when it fails. */
export function makeCertificate(): TemporaryCertificate | undefined {
  if (Bun.which("openssl") === null) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "websockd-bench-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const certificate = join(directory, "certificate.pem");
  const key = join(directory, "key.pem");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const name = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", certificate];
  const command = ["openssl", "req", "-x509", ...curve, ...name, ...files];
  const { exitCode, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) {
    remove();
    throw new Error(`openssl cannot make a certificate: ${stderr.toString().trim()}`);
  }
  return { certificate, key, [Symbol.dispose]: remove };
}
