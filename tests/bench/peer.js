// One verification by @sigstore/verify, as a process: node peer.js FOLDER BUNDLE TRUSTED_ROOT ARTIFACT
const fs = require('fs');
const path = require('path');
const [folder, bundlePath, rootPath, artifactPath] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [path.resolve(folder)] }));
const { bundleFromJSON } = load('@sigstore/bundle');
const { TrustedRoot } = load('@sigstore/protobuf-specs');
const { toTrustMaterial, toSignedEntity, Verifier } = load('@sigstore/verify');

const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(bundlePath)));
const root = TrustedRoot.fromJSON(JSON.parse(fs.readFileSync(rootPath)));
const verifier = new Verifier(toTrustMaterial(root), { ctlogThreshold: 1, tlogThreshold: 1 });
verifier.verify(toSignedEntity(bundle, fs.readFileSync(artifactPath)));
console.log('ok');
