// A token of an issuer that no client knows by name, for the mock: it believes whatever is in it.
// Usage: node token.js
'use strict';

const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: 'https://oidc.mock.example',
  sub: 'https://mock.example/workload',
  aud: 'sigstore',
  iat: now,
  exp: now + 600,
};
console.log(`${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`);
