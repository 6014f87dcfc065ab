// Sign with @sigstore/sign at the services of a trust config, with the token in SIGSTORE_ID_TOKEN.
// Usage: node sign.js TRUST_CONFIG ARTIFACT OUT [dsse]
'use strict';

const fs = require('fs');
const { bundleToJSON } = require('@sigstore/bundle');
const sign = require('@sigstore/sign');

const [configFile, artifactFile, outFile, kind] = process.argv.slice(2);
const services = JSON.parse(fs.readFileSync(configFile, 'utf8')).signingConfig;
const token = process.env.SIGSTORE_ID_TOKEN;
const rekor = services.rekorTlogUrls[0];
const retry = 0;
const timeout = 20000;
const options = {
  signer: new sign.FulcioSigner({
    fulcioBaseURL: services.caUrls[0].url,
    identityProvider: { getToken: async () => token },
    retry,
    timeout,
  }),
  witnesses: [
    new sign.RekorWitness({
      rekorBaseURL: rekor.url, majorApiVersion: rekor.majorApiVersion, entryType: 'dsse', retry, timeout,
    }),
    // Its client adds the path by itself.
    new sign.TSAWitness({ tsaBaseURL: services.tsaUrls[0].url.replace(/\/api\/v1\/timestamp$/, ''), retry, timeout }),
  ],
};
const builder =
  kind === 'dsse'
    ? new sign.DSSEBundleBuilder({ ...options })
    : new sign.MessageSignatureBundleBuilder(options);
const artifact = { data: fs.readFileSync(artifactFile) };
if (kind === 'dsse') artifact.type = 'application/vnd.in-toto+json';
builder.create(artifact).then(
  (bundle) => fs.writeFileSync(outFile, JSON.stringify(bundleToJSON(bundle))),
  (error) => {
    console.error(error.message, error.cause?.message ?? '');
    process.exit(1);
  },
);
