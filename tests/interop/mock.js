// The services of @sigstore/mock behind one HTTP server, and a trust config that names them.
//
// The package answers calls inside a Node process. What is translated on the way in or out, and nothing else is:
//   - the token goes from the Authorization header to the place in the body where the mock looks for it;
//   - a certificate signing request is decoded from base64 (the mock wants the PEM itself);
//   - a timestamp request is decoded from DER (the mock wants JSON), and its nonce, which the mock takes for a small
//     number, is put in as it came;
//   - an entry's random id becomes the hash of its leaf, as Rekor's are.
//
// Usage: node mock.js TRUST_CONFIG_OUT   (ends with its standard input)
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const asn1js = require('asn1js');
const mock = require('@sigstore/mock');
const pkijs = require('pkijs');

const curve = (namedCurve) => crypto.generateKeyPairSync('ec', { namedCurve });
const spki = (pair) => pair.publicKey.export({ format: 'der', type: 'spki' });
const window = { start: '2020-01-01T00:00:00Z' };

function log(url, pair) {
  return {
    baseUrl: url,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: spki(pair).toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: window },
    logId: { keyId: crypto.createHash('sha256').update(spki(pair)).digest('base64') },
  };
}

function authority(uri, certificates) {
  return {
    uri,
    subject: { organization: 'sigstore.mock', commonName: 'mock' },
    certChain: { certificates: certificates.map((der) => ({ rawBytes: der.toString('base64') })) },
    validFor: window,
  };
}

function service(url, path) {
  return [{ url: url + path, majorApiVersion: 1, operator: 'mock', validFor: window }];
}

function certificateRequest(body, headers) {
  const json = JSON.parse(body.toString());
  const bearer = /^Bearer (.*)$/.exec(headers.authorization ?? '');
  if (bearer) json.credentials = { oidcIdentityToken: bearer[1] };
  if (json.certificateSigningRequest)
    json.certificateSigningRequest = Buffer.from(json.certificateSigningRequest, 'base64').toString();
  return JSON.stringify(json);
}

function entryAnswer(text) {
  const answer = JSON.parse(text);
  const entry = Object.values(answer)[0];
  const leaf = crypto.createHash('sha256').update(Buffer.concat([Buffer.from([0]), Buffer.from(entry.body, 'base64')]));
  return JSON.stringify({ [leaf.digest('hex')]: entry });
}

async function main() {
  const pairs = { ca: curve('P-384'), ct: curve('P-256'), log: curve('P-256'), tsa: curve('P-384') };
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const ct = await mock.initializeCTLog(pairs.ct);
  const ca = await mock.initializeCA(pairs.ca, ct);
  const tlog = await mock.initializeTLog('https://rekor.mock.example', pairs.log);
  const tsa = await mock.initializeTSA(pairs.tsa);
  const fulcio = mock.fulcioHandler(ca);
  const rekor = mock.rekorHandler(tlog);

  const tstInfo = tsa.tstInfo.bind(tsa);
  tsa.tstInfo = (request) => {
    const info = tstInfo({ ...request, nonce: 1 });
    info.nonce = new asn1js.Integer({ valueHex: request.nonceBytes });
    return info;
  };
  async function timestamp(body) {
    const request = pkijs.TimeStampReq.fromBER(body);
    return {
      statusCode: 201,
      contentType: 'application/timestamp-reply',
      response: await tsa.timestamp({
        artifactHash: Buffer.from(request.messageImprint.hashedMessage.valueBlock.valueHexView),
        hashAlgorithmOID: request.messageImprint.hashAlgorithm.algorithmId,
        policyOID: '1.3.6.1.4.1.57264.2',
        nonceBytes: request.nonce.valueBlock.valueHexView,
        certReq: request.certReq ?? false,
      }),
    };
  }

  async function answer(request, body) {
    if (request.url === fulcio.path) return fulcio.fn(certificateRequest(body, request.headers));
    if (request.url === '/api/v1/timestamp') return timestamp(body);
    if (request.url === rekor.path) {
      const result = await rekor.fn(body.toString());
      return result.statusCode === 201 ? { ...result, response: entryAnswer(result.response) } : result;
    }
    return { statusCode: 404, response: 'nothing here' };
  }
  server.on('request', (request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () =>
      answer(request, Buffer.concat(pieces)).then(
        (result) => {
          response.writeHead(result.statusCode, { 'Content-Type': result.contentType ?? 'text/plain' });
          response.end(result.response);
        },
        (error) => {
          response.writeHead(500);
          response.end(String(error));
        },
      ),
    );
  });

  const config = {
    mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
    trustedRoot: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [log('https://rekor.mock.example', pairs.log)],
      ctlogs: [log('https://ct.mock.example', pairs.ct)],
      certificateAuthorities: [authority('https://fulcio.mock.example', [ca.rootCertificate])],
      timestampAuthorities: [authority('https://tsa.mock.example', [tsa.intCertificate, tsa.rootCertificate])],
    },
    signingConfig: {
      mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
      caUrls: service(url, ''),
      oidcUrls: [],
      rekorTlogUrls: service(url, ''),
      rekorTlogConfig: { selector: 'ANY' },
      tsaUrls: service(url, '/api/v1/timestamp'),
      tsaConfig: { selector: 'ANY' },
    },
  };
  fs.writeFileSync(`${process.argv[2]}.new`, JSON.stringify(config));
  fs.renameSync(`${process.argv[2]}.new`, process.argv[2]);
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}

main();
