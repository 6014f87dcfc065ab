'use strict';
/* The package against the installed library and the demo's real bundle. DEMO names the artifact, HEADER siglet.h, PACKAGE us. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, test } = require('node:test');
const { Worker } = require('node:worker_threads');

const PACKAGE = process.env.PACKAGE ?? path.join(__dirname, '..');
const siglet = require(PACKAGE);
const { SigletError, Status, TrustRoot, judge, verify } = siglet;

const ARTIFACT = path.resolve(process.env.DEMO);
const BUNDLE = `${ARTIFACT}.sigstore.json`;
const CONTENT = fs.readFileSync(ARTIFACT);
const BUNDLE_CONTENT = fs.readFileSync(BUNDLE);
const DIGEST = { digest: `sha256:${createHash('sha256').update(CONTENT).digest('hex')}` };
const REPOSITORY = 'prefix-dev/sigstore-example';
const IDENTITY = `https://github.com/${REPOSITORY}/.github/workflows/action.yaml@refs/heads/main`;
const ISSUER = 'https://token.actions.githubusercontent.com';
const github = { github: REPOSITORY };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'siglet-'));
after(() => fs.rmSync(folder, { recursive: true }));

/* One character of the signature is another. */
function changedBundle() {
  const bundle = JSON.parse(BUNDLE_CONTENT);
  const signature = bundle.dsseEnvelope.signatures[0];
  signature.sig = signature.sig.slice(0, 20) + (signature.sig[20] === 'A' ? 'B' : 'A') + signature.sig.slice(21);
  return Buffer.from(JSON.stringify(bundle));
}

describe('it accepts', () => {
  test('every kind of artifact with every kind of bundle', async () => {
    for (const artifact of [ARTIFACT, CONTENT, new Uint8Array(CONTENT), DIGEST])
      for (const bundle of [BUNDLE, BUNDLE_CONTENT])
        assert.equal((await verify(artifact, { identity: IDENTITY, issuer: ISSUER }, { bundle })).accepted, true);
  });
  test('the bundle beside a file, and says who signed', async () => {
    const verdict = await verify(ARTIFACT, github);
    assert.equal(verdict.identity, IDENTITY);
    assert.equal(verdict.issuer, ISSUER);
    assert.equal(verdict.extensions['source-repository-uri'], `https://github.com/${REPOSITORY}`);
    assert.deepEqual(verdict.time, new Date('2025-09-01T12:13:59Z'));
    assert.deepEqual(verdict.predicate, { targetChannel: 'https://prefix.dev/sigstore-example' });
    assert.match(verdict.kind, /^attested: /);
    assert.match(verdict.explanation, /log\.promise/);
    assert.equal(verdict.report.file, ARTIFACT);
    assert.equal(verdict.rule, null);
    assert.equal(verdict.warning, null);
    assert.ok(Object.isFrozen(verdict));
  });
  test('all that can be expected', async () => {
    await verify(ARTIFACT, {
      ...github,
      workflow: 'action.yaml',
      ref: 'refs/heads/main',
      require: { 'runner-environment': 'github-hosted', 'build-trigger': 'push' },
      type: 'https://schemas.conda.org/attestations-publish-1.schema.json',
      signedAfter: new Date('2025-09-01'),
      tlogThreshold: 1,
      timestampThreshold: 1,
      sctThreshold: 1,
      statementOnly: false,
    });
    const verdict = await verify(ARTIFACT, { identityPattern: 'https://github.com/prefix-dev/.*', issuerPattern: '.*' });
    assert.notEqual(verdict.warning, null);
  });
  test('the statement alone', async () => {
    const verdict = await verify(null, { ...github, statementOnly: true }, { bundle: BUNDLE });
    assert.equal(verdict.report.artifactChecked, false);
  });
  test('trust roots', async () => {
    const shipped = TrustRoot.shipped();
    assert.deepEqual([shipped.source, shipped.origin], ['public', 'shipped']);
    await verify(ARTIFACT, github, { trustedRoot: shipped });
    const kept = TrustRoot.kept('public', { folder: path.join(folder, 'kept') });
    assert.ok(kept.refreshed < kept.expires);
    await verify(ARTIFACT, github, { trustedRoot: kept });
  });
});

test('an instance of ones own', { skip: process.env.CONFIG === undefined && 'no CONFIG, SIGNED, WHO and ISSUER of an instance' }, async () => {
  const { CONFIG, SIGNED, WHO: identity, ISSUER: issuer } = process.env;
  const bundle = `${SIGNED}.sigstore.json`;
  const trustedRoot = TrustRoot.fromConfig(CONFIG);
  const verdict = await verify(SIGNED, { identity, issuer }, { trustedRoot });
  assert.deepEqual([verdict.kind, verdict.predicate], ['signed', null]);
  const longer = Buffer.concat([fs.readFileSync(SIGNED), Buffer.from('x')]);
  assert.equal((await judge(longer, { identity, issuer }, { bundle, trustedRoot })).accepted, false);
  assert.equal((await judge(SIGNED, { identity, issuer })).accepted, false);
  const json = Buffer.from(JSON.stringify(JSON.parse(fs.readFileSync(CONFIG)).trustedRoot));
  await verify(SIGNED, { identity, issuer }, { trustedRoot: TrustRoot.fromJson(json) });
});

async function refused(rule, artifact, expectations, options) {
  const verdict = await judge(artifact, expectations, options);
  assert.deepEqual([verdict.accepted, verdict.rule], [false, rule]);
  await assert.rejects(verify(artifact, expectations, options), (error) => {
    assert.ok(error instanceof siglet.Refused && error instanceof SigletError);
    assert.deepEqual([error.verdict.rule, error.status], [rule, Status.REFUSED]);
    return true;
  });
  return verdict;
}

describe('it refuses', () => {
  const bundle = BUNDLE;
  test('a changed artifact', async () => {
    const changed = Buffer.from(CONTENT);
    changed[changed.length - 1] ^= 1;
    const file = path.join(folder, 'changed');
    fs.writeFileSync(file, changed);
    for (const artifact of [changed, file, new Uint8Array(0), { digest: `sha256:${'0'.repeat(64)}` }])
      await refused('statement.subject', artifact, github, { bundle });
  });
  test('a changed bundle', async () => {
    const verdict = await refused('signature', ARTIFACT, github, { bundle: changedBundle() });
    assert.equal(verdict.report.code, 'mismatch');
  });
  test('a malformed bundle', async () => {
    for (const text of ['', '{}', '[', BUNDLE_CONTENT.subarray(0, -3), `${BUNDLE_CONTENT}x`, '\0'.repeat(100)])
      await refused('bundle', ARTIFACT, github, { bundle: Buffer.from(text) });
  });
  test('no bundle', async () => {
    const file = path.join(folder, 'alone');
    fs.writeFileSync(file, CONTENT);
    assert.match((await refused('bundle', file, github)).hint, /\.sigstore\.json/);
  });
  test('another identity', async () => {
    await refused('identity.san', ARTIFACT, { identity: `${IDENTITY}x`, issuer: ISSUER });
    await refused('identity.issuer', ARTIFACT, { identity: IDENTITY, issuer: 'https://example.com' });
    await refused('identity.repository', ARTIFACT, { github: 'prefix-dev/other' });
  });
  test('each thing that is expected', async () => {
    await refused('identity.workflow', ARTIFACT, { ...github, workflow: 'other.yaml' });
    await refused('identity.ref', ARTIFACT, { ...github, ref: 'refs/heads/other' });
    await refused('identity.extension', ARTIFACT, { ...github, require: { 'build-trigger': 'pull_request' } });
    await refused('statement.type', ARTIFACT, { ...github, type: 'slsaprovenance1' });
    await refused('time.signed-after', ARTIFACT, { ...github, signedAfter: '2026-01-01T00:00:00Z' });
    await refused('log.threshold', ARTIFACT, { ...github, tlogThreshold: 2 });
    await refused('time.threshold', ARTIFACT, { ...github, timestampThreshold: 2 });
    await refused('certificate.sct-threshold', ARTIFACT, { ...github, sctThreshold: 2 });
    await refused('identity.san', ARTIFACT, { identityPattern: 'https://github.com', issuer: ISSUER });
  });
  test('another trust root, and names the right one', async () => {
    const trustedRoot = TrustRoot.shipped('staging');
    assert.match((await judge(ARTIFACT, github, { trustedRoot })).hint, /public/);
  });
  test('one of two bundles, where all must be good', async () => {
    const line = JSON.stringify(JSON.parse(BUNDLE_CONTENT));
    const two = Buffer.from(`${line}\n${changedBundle()}\n`);
    await verify(ARTIFACT, github, { bundle: two });
    await refused('signature', ARTIFACT, github, { bundle: two, allBundles: true });
  });
});

describe('it fails', () => {
  const fails = (status, code) => (error) => {
    assert.ok(error instanceof SigletError, String(error.stack));
    assert.deepEqual([error.status, error.code], [status, code], error.message);
    return true;
  };
  test('where the call makes no sense', async () => {
    for (const [artifact, expectations, options] of [
      [ARTIFACT, {}],
      [ARTIFACT, null],
      [ARTIFACT, { identity: IDENTITY }],
      [ARTIFACT, { identity: '', issuer: ISSUER }],
      [ARTIFACT, { identity: `${IDENTITY}\0`, issuer: ISSUER }],
      [ARTIFACT, { identity: 7, issuer: ISSUER }],
      [ARTIFACT, { ...github, identiy: IDENTITY }],
      [ARTIFACT, { ...github, toString: 'x' }],
      [ARTIFACT, { ...github, tlogThreshold: -1 }],
      [ARTIFACT, { ...github, tlogThreshold: 2 ** 32 }],
      [ARTIFACT, { ...github, tlogThreshold: 1.5 }],
      [ARTIFACT, { ...github, signedAfter: new Date(NaN) }],
      [ARTIFACT, { ...github, statementOnly: 'no' }],
      [ARTIFACT, { ...github, statementOnly: true }],
      [ARTIFACT, { ...github, require: 'x' }],
      [ARTIFACT, { identityPattern: '(', issuer: ISSUER }],
      [`${ARTIFACT}\0`, github],
      [CONTENT, github],
      [undefined, github],
      [42, github],
      [{}, github],
      [null, github, { bundle: BUNDLE }],
      [CONTENT.buffer, github, { bundle: BUNDLE }],
      [new Uint16Array(4), github, { bundle: BUNDLE }],
      [{ digest: 'sha256:00' }, github, { bundle: BUNDLE }],
      [ARTIFACT, github, { bundle: {} }],
      [ARTIFACT, github, { bundel: BUNDLE }],
      [ARTIFACT, github, { allBundles: 1 }],
      [ARTIFACT, github, { trustedRoot: {} }],
      [ARTIFACT, github, { trustedRoot: null }],
      [ARTIFACT, github, { trustedRoot: undefined }],
      [ARTIFACT, { ...github, workflow: undefined }],
      [ARTIFACT, { ...github, workflow: '' }],
      [ARTIFACT, { ...github, ref: null }],
      [ARTIFACT, { ...github, require: { 'build-trigger': undefined } }],
      // What is looked for by its own names alone would be passed over in silence.
      [ARTIFACT, { ...github, require: new Map([['build-trigger', 'pull_request']]) }],
      [ARTIFACT, { ...github, require: new Set(['build-trigger=pull_request']) }],
      [ARTIFACT, { ...github, require: Object.create({ 'build-trigger': 'pull_request' }) }],
      [ARTIFACT, Object.assign(Object.create({ ref: 'refs/heads/other' }), github)],
      [ARTIFACT, Object.assign(new (class { get ref() { return 'refs/heads/other'; } })(), github)],
      [ARTIFACT, github, Object.create({ trustedRoot: TrustRoot.shipped('staging') })],
      [ARTIFACT, github, Object.create({ bundle: BUNDLE })],
      [ARTIFACT, github, new Map([['bundle', BUNDLE]])],
      [ARTIFACT, github, null],
    ])
      await assert.rejects(judge(artifact, expectations, options), fails(Status.USAGE, 'usage'));
  });
  test('where something is unreadable', async () => {
    for (const [artifact, bundle] of [[path.join(folder, 'none'), BUNDLE], [ARTIFACT, path.join(folder, 'none')], [folder, BUNDLE]])
      await assert.rejects(judge(artifact, github, { bundle }), fails(Status.UNREADABLE, 'io'));
  });
  test('where there is no trust root', () => {
    fs.writeFileSync(path.join(folder, 'root'), '{}');
    assert.throws(() => TrustRoot.shipped('nowhere'), fails(Status.USAGE, 'usage'));
    assert.throws(() => TrustRoot.kept('nowhere', { folder }), fails(Status.USAGE, 'usage'));
    assert.throws(() => TrustRoot.shipped('public\0'), fails(Status.USAGE, 'usage'));
    for (const make of [() => TrustRoot.fromFile(path.join(folder, 'root')), () => TrustRoot.fromConfig(path.join(folder, 'none')), () => TrustRoot.fromJson(Buffer.from('\0\0'))])
      assert.throws(make, (error) => error instanceof SigletError && error.status === Status.UNREADABLE);
    assert.throws(() => new TrustRoot(null), fails(Status.USAGE, 'usage'));
    assert.throws(() => new TrustRoot({}).source, fails(Status.USAGE, 'usage'));
  });
});

describe('lifetimes', () => {
  const bundle = BUNDLE_CONTENT;
  test('a closed trust root', async () => {
    const trustedRoot = TrustRoot.shipped();
    trustedRoot.close();
    trustedRoot.close();
    assert.throws(() => trustedRoot.source, SigletError);
    await assert.rejects(judge(ARTIFACT, github, { trustedRoot }), SigletError);
  });
  test('one that is closed while it is used', async () => {
    for (let round = 0; round < 5; round++) {
      const trustedRoot = TrustRoot.shipped();
      const all = Array.from({ length: 40 }, () => judge(CONTENT, github, { bundle, trustedRoot }));
      trustedRoot.close();
      global.gc?.();
      for (const verdict of await Promise.all(all)) assert.equal(verdict.accepted, true);
    }
  });
  test('one that is collected while it is used', async () => {
    for (let round = 0; round < 5; round++) {
      const all = Array.from({ length: 20 }, () => judge(CONTENT, github, { bundle, trustedRoot: TrustRoot.shipped() }));
      global.gc?.();
      for (const verdict of await Promise.all(all)) assert.equal(verdict.accepted, true);
    }
  });
  test('bytes that change, or are taken away, meanwhile', async () => {
    for (let round = 0; round < 20; round++) {
      const bytes = new Uint8Array(CONTENT);
      const pending = [judge(bytes, github, { bundle })];
      bytes.fill(0);
      const taken = new Uint8Array(CONTENT), takenBundle = new Uint8Array(BUNDLE_CONTENT);
      pending.push(judge(taken, github, { bundle: takenBundle }));
      structuredClone(null, { transfer: [taken.buffer, takenBundle.buffer] });
      assert.equal(taken.length, 0);
      global.gc?.();
      for (const verdict of await Promise.all(pending)) assert.equal(verdict.accepted, true);
      assert.equal((await judge(taken, github, { bundle })).accepted, false);
    }
  });
  test('views into something larger', async () => {
    const larger = Buffer.concat([Buffer.from('before'), CONTENT, Buffer.from('after')]);
    await verify(larger.subarray(6, 6 + CONTENT.length), github, { bundle });
    assert.equal((await judge(larger.subarray(5, 6 + CONTENT.length), github, { bundle })).accepted, false);
  });
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const siglet = require(workerData.PACKAGE);
    const judged = Array.from({ length: 20 }, () => siglet.judge(workerData.ARTIFACT, workerData.github, { trustedRoot: siglet.TrustRoot.shipped() }));
    parentPort.postMessage('begun');
    Promise.all(judged).then((all) => parentPort.postMessage(all.every((verdict) => verdict.accepted)));
  `;
  test('workers, that end or are ended', async () => {
    const workerData = { PACKAGE, ARTIFACT, github };
    for (let round = 0; round < 4; round++) {
      const workers = Array.from({ length: 3 }, () => new Worker(program, { eval: true, workerData }));
      await Promise.all(
        workers.map(
          (worker, index) =>
            new Promise((resolve, reject) => {
              worker.on('message', (message) => {
                if (message === 'begun' && index === 0) worker.terminate();
                else if (message === false) reject(new Error('refused'));
              });
              worker.on('error', reject);
              worker.on('exit', resolve);
            }),
        ),
      );
    }
  });
  test('a program that ends meanwhile', () => {
    const code = `const siglet = require(${JSON.stringify(PACKAGE)});
      for (let i = 0; i < 20; i++) siglet.judge(process.env.DEMO, ${JSON.stringify(github)});
      setImmediate(() => process.exit(7));`;
    const done = spawnSync(process.execPath, ['-e', code], { env: { ...process.env, DEMO: ARTIFACT } });
    assert.deepEqual([done.status, done.signal, String(done.stderr)], [7, null, '']);
  });
  /* By how many bytes what is not JavaScript's grew when it was done a second time. */
  async function grows(count, act) {
    const sizes = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < count; i++) {
        await act();
        if (i % 50 === 0) global.gc();
      }
      for (let i = 0; i < 3; i++) {
        global.gc();
        await new Promise(setImmediate);
      }
      const { rss, heapTotal } = process.memoryUsage();
      sizes.push(rss - heapTotal);
    }
    return sizes[2] - sizes[1];
  }
  test('memory does not grow', { skip: global.gc === undefined && 'without --expose-gc' }, async () => {
    const trustedRoot = TrustRoot.shipped();
    const expectations = {};
    assert.ok((await grows(100, () => TrustRoot.shipped())) < 3 << 20, 'roots');
    assert.ok((await grows(1000, () => judge(CONTENT, github, { bundle, trustedRoot }))) < 2 << 20, 'verdicts');
    assert.ok((await grows(20000, () => judge(null, expectations, { bundle: '', trustedRoot }).catch(() => {}))) < 3 << 20, 'errors');
  });
});

describe('what is written here of siglet.h', () => {
  const header = fs.readFileSync(process.env.HEADER, 'utf8').replace(/\/\*[^]*?\*\//g, ' ');
  const source = fs.readFileSync(path.join(PACKAGE, 'index.js'), 'utf8');
  function enumeration(name) {
    let next = 0;
    return Object.fromEntries(
      new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(header)[1].split(',').map((item) => item.trim()).filter(Boolean).map((item) => {
        const [member, value] = item.split(/\s*=\s*/);
        next = value === undefined ? next : Number(value);
        return [member, next++];
      }),
    );
  }
  test('is what it says', () => {
    const statuses = Object.fromEntries(Object.entries(Status).map(([name, value]) => [`SIGLET_STATUS_${name}`, value]));
    assert.deepEqual(statuses, enumeration('siglet_status'));
    const listed = [...source.matchAll(/^  (\w+): \[(\d), (\d+)\],$/gm)];
    const upper = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    const of = (by, prefix) => Object.fromEntries(listed.filter(([, , how]) => how === by).map(([, name, , what]) => [prefix + upper(name), Number(what)]));
    const expected = of('0', 'SIGLET_EXPECT_');
    expected.SIGLET_EXPECT_KEY_PEM = expected.SIGLET_EXPECT_KEY;
    delete expected.SIGLET_EXPECT_KEY;
    // What is about statements of SCITT, which are not judged here.
    const without = (values, name) => {
      assert.ok(name in values);
      delete values[name];
      return values;
    };
    assert.deepEqual(expected, without(enumeration('siglet_expect'), 'SIGLET_EXPECT_SUBJECT'));
    const thresholds = of('3', 'SIGLET_THRESHOLD_');
    assert.deepEqual(Object.fromEntries(Object.entries(thresholds).map(([name, value]) => [name.replace(/_THRESHOLD$/, ''), value])), without(enumeration('siglet_threshold'), 'SIGLET_THRESHOLD_RECEIPT'));
  });
});
