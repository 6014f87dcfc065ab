/** siglet_status: also the exit statuses of the command line. */
export declare const Status: {
  readonly OK: 0;
  readonly REFUSED: 1;
  readonly USAGE: 2;
  readonly UNREADABLE: 3;
  readonly SERVICE: 4;
  readonly IDENTITY: 5;
  readonly TRUST: 6;
  readonly INTERNAL: 70;
};

/** What can go wrong, by what a caller can do about it. */
export declare class SigletError extends Error {
  /** What to make of it: one of Status. */
  readonly status: number;
  /** The kind of fault: "io", "malformed" … (docs/json.md). */
  readonly code: string;
  /** What to do. */
  readonly hint: string | null;
}

/** The answer is no. */
export declare class Refused extends SigletError {
  /** By which rule, and what had been checked until then. */
  readonly verdict: Verdict;
}

/** Immutable; any number of verifications may share one. */
export declare class TrustRoot {
  private constructor();
  /** What libsiglet was built with: "public", "staging" or "github". */
  static shipped(instance?: string): TrustRoot;
  /** A trusted_root.json. */
  static fromFile(path: string): TrustRoot;
  /** The trusted root of a ClientTrustConfig's file. */
  static fromConfig(path: string): TrustRoot;
  /** The content of a trusted_root.json; source names it in messages. */
  static fromJson(json: Uint8Array, source?: string): TrustRoot;
  /** The newest that `siglet trust update` keeps in its folder, else what is shipped. Uses no network. */
  static kept(instance?: string, options?: { folder?: string }): TrustRoot;
  /** "public", "staging", "github", a private instance's name, or the file. */
  readonly source: string;
  /** "shipped", "kept", "file" or "memory". */
  readonly origin: string;
  /** When it was fetched. */
  readonly refreshed: Date | null;
  /** The earliest expiry of the metadata that proves it; null: it has no age. */
  readonly expires: Date | null;
  /** Something a person should know. */
  readonly warning: string | null;
  /** Give it back now; verifications that are under way end as if it were there. */
  close(): void;
}

/**
 * Who must have signed, and how. An identity and an issuer, a short form for both, or a key must be set. What is not
 * asked is left out: a name with an undefined or empty value is an error. A plain object: what is inherited, or lies in
 * a Map, would not be seen, and is an error too.
 */
export interface Expectations {
  /** The certificate's SAN, and the OIDC issuer, exactly. */
  identity?: string;
  issuer?: string;
  /** The same by a PCRE2 pattern, anchored at both ends. */
  identityPattern?: string;
  issuerPattern?: string;
  /** Short forms: OWNER or OWNER/REPO; GROUP/PROJECT; an address, with an issuer. */
  github?: string;
  gitlab?: string;
  email?: string;
  /** With a short form: the workflow's file, and the source ref. */
  workflow?: string;
  ref?: string;
  /** Extensions of the certificate by name. */
  require?: Readonly<Record<string, string>>;
  /** The predicate's type (short name or URI), or "signature". */
  type?: string;
  /** Refuse older signatures; RFC 3339. */
  signedAfter?: string | Date;
  /** PEM text of a managed key, in place of an identity; and when it was in use. */
  key?: string;
  keyNotBefore?: string | Date;
  keyNotAfter?: string | Date;
  /** A C2SP tlog-policy: witnesses must have seen the log's checkpoint. */
  witnessPolicy?: string;
  /** How many there must be; as the trust root's instance has it, unless said. */
  tlogThreshold?: number;
  timestampThreshold?: number;
  sctThreshold?: number;
  witnessThreshold?: number;
  /** Judge the envelope alone; the artifact is null then. */
  statementOnly?: boolean;
}

/** The answer; a value. */
export declare class Verdict {
  private constructor();
  readonly accepted: boolean;
  /** One line for people: who signed what, when, how it was logged; or why it is refused. */
  readonly line: string;
  /** Of a refusal: the rule's stable name (docs/checks.md), why, and what to do. */
  readonly rule: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  /** Accepted: "signed" or "attested: TYPE". */
  readonly kind: string | null;
  /** The certificate's SAN and issuer, once its chain was verified; null otherwise and for a key. */
  readonly identity: string | null;
  readonly issuer: string | null;
  readonly extensions: Readonly<Record<string, string>>;
  /** The earliest verified time. */
  readonly time: Date | null;
  /** Of an accepted attestation. */
  readonly predicate: unknown;
  /** Everything (docs/json.md). */
  readonly report: Readonly<Record<string, unknown>>;
  /** Every check, for people. */
  readonly explanation: string;
  /** About the question: such as a pattern that accepts any text. */
  readonly warning: string | null;
}

/** A path, the content, or a digest ("sha256:HEX"); null with statementOnly. */
export type Artifact = string | Uint8Array | { readonly digest: string } | null;

export interface Options {
  /** A path or the content; without, it lies beside the artifact, as FILE.sigstore.json and so on. */
  bundle?: string | Uint8Array;
  /** Without: the public instance's, as shipped with the library. */
  trustedRoot?: TrustRoot;
  /** Every bundle must be good; else one is enough. */
  allBundles?: boolean;
}

/** Is the artifact what was expected to be signed? Rejects with Refused if not. */
export declare function verify(artifact: Artifact, expectations: Expectations, options?: Options): Promise<Verdict>;

/** The same, but a refusal is an answer: look at accepted. */
export declare function judge(artifact: Artifact, expectations: Expectations, options?: Options): Promise<Verdict>;

/** The version of the C library that was found. */
export declare const libraryVersion: string;
