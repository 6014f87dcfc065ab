'use strict';
/* Is this file what that identity signed? Types and comments are in index.d.ts. */

const { isUint8Array } = require('node:util').types;

const native = require('./build/Release/siglet.node');

const Status = Object.freeze({ OK: 0, REFUSED: 1, USAGE: 2, UNREADABLE: 3, SERVICE: 4, IDENTITY: 5, TRUST: 6, INTERNAL: 70 });

class SigletError extends Error {
  constructor(message, { status = Status.INTERNAL, code = 'internal', hint = null } = {}) {
    super(hint === null ? message : `${message} (${hint})`);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

class Refused extends SigletError {
  constructor(verdict) {
    super(verdict.line, { status: Status.REFUSED, code: verdict.report.code ?? '', hint: verdict.hint });
    this.verdict = verdict;
  }
}

function usage(message) {
  return new SigletError(message, { status: Status.USAGE, code: 'usage' });
}

/* What the addon throws is no Error yet, where it comes from the library. */
function asError(thrown) {
  if (thrown instanceof Error) return thrown;
  if (thrown === undefined) return new SigletError('it was not done');
  return new SigletError(thrown.message, thrown);
}

function call(name, options) {
  try {
    return native[name](options);
  } catch (thrown) {
    throw asError(thrown);
  }
}

function asDate(seconds) {
  return seconds === null ? null : new Date(seconds * 1000);
}

function text(value, what) {
  if (typeof value !== 'string') throw usage(`${what} is no string`);
  if (value.includes('\0')) throw usage(`${what} has a NUL in it`);
  return value;
}

/*
 * What it says by names of its own is all that it says: what another has inherited, or a Map holds, would be passed
 * over in silence. By the shape of its prototype, since each realm has an Object of its own.
 */
function plain(value, what) {
  const parent = value === null || typeof value !== 'object' ? undefined : Object.getPrototypeOf(value);
  if (parent === undefined || (parent !== null && Object.getPrototypeOf(parent) !== null)) throw usage(`${what} no plain object`);
  return value;
}

/* For this file alone: what the addon knows it by. */
let nativeOf;

class TrustRoot {
  #native;

  constructor(made) {
    if (made === null || typeof made !== 'object') throw usage('TrustRoot.shipped() and the others make one');
    this.#native = made;
  }

  static shipped(instance = 'public') {
    return new TrustRoot(call('shipped', { instance: text(instance, 'the instance') }));
  }

  static fromFile(path) {
    return new TrustRoot(call('open', { path: text(path, 'the path') }));
  }

  static fromConfig(path) {
    return new TrustRoot(call('openConfig', { path: text(path, 'the path') }));
  }

  static fromJson(json, source = 'memory') {
    if (!isUint8Array(json)) throw usage('the content is no Uint8Array');
    return new TrustRoot(call('parse', { json, source: text(source, 'the source') }));
  }

  static kept(instance = 'public', { folder } = {}) {
    return new TrustRoot(
      call('kept', {
        instance: text(instance, 'the instance'),
        folder: folder === undefined ? undefined : text(folder, 'the folder'),
      }),
    );
  }

  static {
    nativeOf = (root) => {
      if (!(root instanceof TrustRoot)) throw usage('the trust root is none');
      return root.#native;
    };
  }

  get source() {
    return call('about', this.#native).source;
  }

  get origin() {
    return call('about', this.#native).origin;
  }

  get refreshed() {
    return asDate(call('about', this.#native).refreshed);
  }

  get expires() {
    return asDate(call('about', this.#native).expires);
  }

  get warning() {
    return this.#native.warning;
  }

  close() {
    if (this.#native.closed) return;
    call('close', this.#native);
    this.#native.closed = true;
  }
}
class Verdict {
  constructor(made) {
    this.accepted = made.accepted;
    this.line = made.line;
    this.time = asDate(made.time);
    this.report = JSON.parse(made.json);
    this.explanation = made.explanation;
    this.predicate = made.predicate === null ? null : JSON.parse(made.predicate);
    this.warning = made.warning;
    const { rule = null, message = null, hint = null, kind = null, identity = {} } = this.report;
    Object.assign(this, { rule, message, hint, kind });
    this.identity = identity.san ?? null;
    this.issuer = identity.issuer ?? null;
    this.extensions = { ...identity.extensions };
    Object.freeze(this);
  }
}

/* How each expectation is asked for: value 0, pattern 1, policy 2, threshold 3, statement only 4; and its number. */
const EXPECT = Object.freeze({
  identity: [0, 1],
  issuer: [0, 2],
  github: [0, 3],
  gitlab: [0, 4],
  email: [0, 5],
  workflow: [0, 6],
  ref: [0, 7],
  require: [0, 8],
  type: [0, 9],
  signedAfter: [0, 10],
  key: [0, 11],
  keyNotBefore: [0, 12],
  keyNotAfter: [0, 13],
  identityPattern: [1, 1],
  issuerPattern: [1, 2],
  witnessPolicy: [2, 0],
  tlogThreshold: [3, 1],
  timestampThreshold: [3, 2],
  sctThreshold: [3, 3],
  witnessThreshold: [3, 4],
  statementOnly: [4, 0],
});

function asText(name, value) {
  if (value instanceof Date && /^(signedAfter|keyNot)/.test(name)) {
    if (Number.isNaN(value.getTime())) throw usage(`${name} is no time`);
    return value.toISOString().replace(/\.\d+Z$/, 'Z');
  }
  return text(value, name);
}

function asksFor(name, value) {
  const [by, what] = EXPECT[name];
  if (name === 'require') {
    return Object.entries(plain(value, 'require is')).map(([key, is]) => ({ by, what, count: 0, text: `${text(key, name)}=${text(is, name)}` }));
  }
  if (name === 'statementOnly') {
    if (typeof value !== 'boolean') throw usage('statementOnly is no boolean');
    return value ? [{ by, what, count: 0 }] : [];
  }
  if (by === 3) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw usage(`${name} is no count`);
    return [{ by, what, count: value }];
  }
  return [{ by, what, count: 0, text: asText(name, value) }];
}

/* A name that is not known, or an undefined value, would be an expectation that nobody checks. */
function asks(expectations) {
  return Object.entries(plain(expectations, 'the expectations are')).flatMap(([name, value]) => {
    if (!Object.hasOwn(EXPECT, name)) throw usage(`there is no expectation "${name}"`);
    return asksFor(name, value);
  });
}

function artifactOptions(artifact) {
  if (artifact === null) return {};
  if (typeof artifact === 'string') return { path: text(artifact, 'the path') };
  if (isUint8Array(artifact)) return { data: artifact };
  if (typeof artifact === 'object' && 'digest' in artifact) return { digest: text(artifact.digest, 'the digest') };
  throw usage('the artifact is no path, bytes or digest');
}

function bundleOptions(bundle) {
  if (bundle === undefined) return {};
  if (typeof bundle === 'string') return { bundlePath: text(bundle, 'the path of the bundle') };
  if (isUint8Array(bundle)) return { bundle };
  throw usage('the bundle is no path or bytes');
}

let publicRoot = null;

const OPTIONS = ['bundle', 'trustedRoot', 'allBundles'];

async function judge(artifact, expectations, options = {}) {
  for (const name of Object.keys(plain(options, 'the options are'))) if (!OPTIONS.includes(name)) throw usage(`there is no option "${name}"`);
  const { bundle, allBundles = false } = options;
  if (typeof allBundles !== 'boolean') throw usage('allBundles is no boolean');
  const what = { asks: asks(expectations), ...artifactOptions(artifact), ...bundleOptions(bundle), all: allBundles };
  /* undefined is what a search that found none leaves: no reason to trust another. */
  const root = Object.hasOwn(options, 'trustedRoot') ? options.trustedRoot : (publicRoot ??= TrustRoot.shipped());
  try {
    return new Verdict(await native.judge(nativeOf(root), what));
  } catch (thrown) {
    throw asError(thrown);
  }
}

async function verify(artifact, expectations, options) {
  const verdict = await judge(artifact, expectations, options);
  if (verdict.accepted !== true) throw new Refused(verdict);
  return verdict;
}

module.exports = { Refused, SigletError, Status, TrustRoot, Verdict, judge, libraryVersion: native.libraryVersion, verify };
