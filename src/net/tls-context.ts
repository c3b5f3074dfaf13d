// The certificates of a TLS server: read from their files, checked, chosen by the name that a client asks for.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { errnoText } from "../errno-text.ts";

export interface TlsFiles {
  /** PEM; the first pair is for clients that ask for no name, or another. */
  readonly certificates: readonly { readonly certificateFile: string; readonly keyFile: string }[];
  /** PEM; null: clients need no certificate. */
  readonly clientAuthorityFile: string | null;
}

/** Something is wrong with a file: the text names it and the remedy. */
export class TlsFileError extends Error {}

/** RFC 7301 3.1: a list of one name, its length before it. */
const ALPN_HTTP_1_1 = "\x08http/1.1";

interface Certificate {
  readonly certificate: X509Certificate;
  readonly options: Bun.TLSOptions;
  readonly file: string;
}

export class TlsContext {
  #files: TlsFiles;
  #certificates: readonly Certificate[];

  /** Throws TlsFileError. */
  constructor(files: TlsFiles) {
    this.#files = files;
    this.#certificates = load(files);
  }

  /** Reads the files again, for connections to come. Throws TlsFileError, and what there was stays. */
  reload(): void {
    this.#certificates = load(this.#files);
  }

  /** Has what the other has, for connections to come. */
  become(other: TlsContext): void {
    this.#files = other.#files;
    this.#certificates = other.#certificates;
  }

  /** True when the name that a client asks for makes a difference. */
  get hasNames(): boolean {
    return this.#certificates.length > 1;
  }

  get needsClientCertificate(): boolean {
    return this.#files.clientAuthorityFile !== null;
  }

  /** RFC 6125 6.4: the first certificate that is good for that name, or the first. */
  optionsFor(name: string | null): Bun.TLSOptions {
    const certificates = this.#certificates;
    const found =
      name === null
        ? undefined
        : certificates.find(({ certificate }) => certificate.checkHost(name) !== undefined);
    return (found ?? certificates[0]!).options;
  }

  /** For a person: what each file holds, and until when it is good. */
  describe(): readonly {
    readonly file: string;
    readonly text: string;
    readonly isExpired: boolean;
  }[] {
    return this.#certificates.map(({ certificate, file }) => {
      const names = certificate.subjectAltName ?? certificate.subject.replaceAll("\n", ", ");
      const isExpired = Date.parse(certificate.validTo) < Date.now();
      return { file, text: `${names}; until ${certificate.validTo}`, isExpired };
    });
  }
}

function load(files: TlsFiles): Certificate[] {
  const authorities =
    files.clientAuthorityFile === null ? null : readAuthorities(files.clientAuthorityFile);
  const clientOptions =
    authorities === null ? {} : { ca: authorities, requestCert: true, rejectUnauthorized: true };
  return files.certificates.map(({ certificateFile, keyFile }) => {
    const certificate = readPem("--sslcert", certificateFile);
    const key = readPem("--sslkey", keyFile);
    const parsed = parse(`--sslcert=${certificateFile}: no certificate in PEM form`, () => {
      return new X509Certificate(certificate);
    });
    const privateKey = parse(
      `--sslkey=${keyFile}: no private key in PEM form, or one with a passphrase`,
      () => createPrivateKey(key),
    );
    if (!parsed.checkPrivateKey(privateKey)) {
      const text = `--sslkey=${keyFile} is not the key of --sslcert=${certificateFile} (give both in the same order)`;
      throw new TlsFileError(text);
    }
    const options = { cert: certificate, key, ALPNProtocols: ALPN_HTTP_1_1, ...clientOptions };
    return { certificate: parsed, options, file: certificateFile };
  });
}

function readAuthorities(file: string): string {
  const text = readPem("--sslca", file);
  parse(`--sslca=${file}: no certificate in PEM form`, () => new X509Certificate(text));
  return text;
}

function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const what =
      code === "ENOENT" ? "there is no such file" : `cannot be read (${errnoText(code)})`;
    throw new TlsFileError(`${option}=${file}: ${what}`);
  }
}

function parse<Parsed>(problem: string, reading: () => Parsed): Parsed {
  try {
    return reading();
  } catch {
    throw new TlsFileError(problem);
  }
}
