// Verify a bundle with @sigstore/verify, which shares nothing with siglet.
// Usage: node verify.js TRUST_CONFIG BUNDLE ARTIFACT IDENTITY ISSUER [TLOGS]   (exit 0: accepted, 1: refused)
'use strict';

const fs = require('fs');
const { bundleFromJSON } = require('@sigstore/bundle');
const { TrustedRoot } = require('@sigstore/protobuf-specs');
const { toSignedEntity, toTrustMaterial, Verifier } = require('@sigstore/verify');

const [configFile, bundleFile, artifactFile, identity, issuer, tlogs] = process.argv.slice(2);
const config = JSON.parse(fs.readFileSync(configFile, 'utf8'));
const material = toTrustMaterial(TrustedRoot.fromJSON(config.trustedRoot ?? config));
const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(bundleFile, 'utf8')));
const verifier = new Verifier(material, { tlogThreshold: Number(tlogs ?? 1), ctlogThreshold: 1, timestampThreshold: 1 });
try {
  // An envelope holds what it is about; an artifact is for message signatures alone.
  const artifact = bundle.content.$case === 'messageSignature' ? fs.readFileSync(artifactFile) : undefined;
  verifier.verify(toSignedEntity(bundle, artifact), {
    subjectAlternativeName: identity,
    extensions: { issuer },
  });
} catch (error) {
  console.error(`refused: ${error.code ?? ''} ${error.message}`);
  process.exit(1);
}
