// A real OpenID provider on loopback for the tests: nothing here mints a token outside the protocol's own flows.
//
//   node server.mjs --config FILE --keys FILE [--keys FILE …] [--port N]
//
// --config  JSON: { audience, access_token_ttl?, clients: [{ …OpenID client metadata, claims? }], users: [{ sub, …claims }] }
//           A client without redirect_uris may use client_credentials; its "claims" go into its access tokens.
//           A user signs in with the authorization code flow, typing the sub into the provider's own page.
// --keys    a JWKS file, made when missing. The first signs, the others are only published:
//           restart with "--keys new --keys old" to rotate, with "--keys new" to retire the old one.
// --port    0 (the default) takes a free one.
//
// Prints one line, {"issuer":"http://127.0.0.1:PORT"}, once it answers, and lives until its standard input closes,
// so that a test run that dies takes it along.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import Provider from 'oidc-provider';

const scopes = ['openid', 'offline_access', 'profile', 'email', 'api'];
const { values: options } = parseArgs({
  options: {
    config: { type: 'string' },
    keys: { type: 'string', multiple: true },
    port: { type: 'string', default: '0' },
  },
});
if (!options.config || !options.keys) {
  console.error('usage: node server.mjs --config FILE --keys FILE [--keys FILE …] [--port N]');
  process.exit(2);
}

function signingKeys(file) {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
    writeFileSync(file, JSON.stringify({ keys: [key] }), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8')).keys;
}

function clientMetadata({ claims, ...metadata }) {
  return metadata.redirect_uris
    ? metadata
    : { grant_types: ['client_credentials'], redirect_uris: [], response_types: [], ...metadata };
}

function configuration({ audience, access_token_ttl: ttl = 600, clients = [], users = [] }, keys) {
  const clientClaims = new Map(clients.map((client) => [client.client_id, client.claims ?? {}]));
  const userClaims = new Map(users.map((user) => [user.sub, user]));
  const account = (sub) => userClaims.has(sub) && { accountId: sub, claims: () => userClaims.get(sub) };
  return {
    jwks: { keys },
    cookies: { keys: [randomUUID()] },
    clients: clients.map(clientMetadata),
    scopes,
    claims: { openid: ['sub'], profile: ['name', 'tenant_id', 'roles', 'groups'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_, sub) => account(sub),
    extraTokenClaims: (_, token) => {
      const { sub, ...claims } = userClaims.get(token.accountId) ?? clientClaims.get(token.clientId) ?? {};
      return claims;
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience, scope: scopes.join(' '), accessTokenFormat: 'jwt', accessTokenTTL: ttl,
        }),
      },
    },
  };
}

const config = JSON.parse(readFileSync(options.config, 'utf8'));
const keys = options.keys.flatMap(signingKeys);
const server = createServer();
server.listen(Number(options.port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration(config, keys)).callback());
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume().on('end', () => process.exit(0));
