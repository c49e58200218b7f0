// Signs in at the server's own issuer as people and programs do: OpenID's certified client asks, a person answers in Chromium.
// Prints what happened as one JSON object. ISSUER, LOGIN, PASSWORD, BOT_SECRET and CHROMIUM come from the environment.
import { createServer } from 'node:http';
import * as oidc from 'openid-client';
import puppeteer from 'puppeteer-core';

const { ISSUER, LOGIN, PASSWORD, BOT_SECRET, CHROMIUM } = process.env;
const issuer = new URL(ISSUER);
const insecure = { execute: [oidc.allowInsecureRequests] };
const page = await oidc.discovery(issuer, 'scaigrid-web', undefined, oidc.None(), insecure);
const cli = await oidc.discovery(issuer, 'scai', undefined, oidc.None(), insecure);
const root = `${issuer.origin}/`;
const browser = await puppeteer.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });

const me = async ({ access_token: token }) => {
  const answer = await fetch(`${root}v1/me`, { headers: { authorization: `Bearer ${token}` } });
  return answer.ok ? (await answer.json()).data.id : answer.status;
};
const errorOf = (promise) => promise.then(() => null, (error) => error.error ?? error.status ?? error.message);
const problem = (tab) => tab.$eval('#problem', (p) => p.textContent);

async function ask(config, redirect, extra = {}) {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid profile email',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...extra,
  });
  return { url: url.href, checks };
}

async function submit(tab, selector = 'form button') {
  await Promise.all([tab.waitForNavigation(), tab.click(selector)]);
}

async function typeIn(tab, login, password) {
  await tab.$eval('#login', (field) => { field.value = ''; });
  await tab.type('#login', login);
  await tab.type('#password', password);
  await submit(tab);
}

async function signIn(tab, redirect, extra) {
  const { url, checks } = await ask(page, redirect, extra);
  await tab.goto(url);
  const style = await tab.$eval('button', (button) => getComputedStyle(button).cursor);
  await typeIn(tab, LOGIN, 'wrong');
  const wrong = await problem(tab);
  await typeIn(tab, LOGIN, PASSWORD);
  const tokens = await oidc.authorizationCodeGrant(page, new URL(tab.url()), checks);
  return { style, wrong, tokens };
}

async function silent(tab) {
  const { url } = await ask(page, `${root}signed-in`, { prompt: 'none' });
  await tab.goto(url);
  return new URL(tab.url()).searchParams.get('error') ?? 'signed in';
}

// An app that listens on loopback, on whatever port it gets.
async function nativeApp(tab) {
  const server = createServer((_, response) => response.end('You may close this window.')).listen(0, '127.0.0.1');
  await new Promise((listening) => server.on('listening', listening));
  const { url, checks } = await ask(cli, `http://127.0.0.1:${server.address().port}/callback`);
  await tab.goto(url);
  await submit(tab);
  const tokens = await oidc.authorizationCodeGrant(cli, new URL(tab.url()), checks);
  server.close();
  return me(tokens);
}

async function device(tab) {
  const asked = await oidc.initiateDeviceAuthorization(cli, { scope: 'openid offline_access' });
  await tab.goto(asked.verification_uri_complete);
  await submit(tab, 'button[value=allow]');
  const said = await tab.$eval('h1', (h) => h.textContent);
  return [said, await me(await oidc.pollDeviceAuthorizationGrant(cli, asked))];
}

async function bot(authentication) {
  return me(await oidc.clientCredentialsGrant(await oidc.discovery(issuer, 'ci-bot', undefined, authentication, insecure)));
}

try {
  const tab = await browser.newPage();
  const { style, wrong, tokens } = await signIn(tab, `${root}signed-in`);
  const result = { issuer: page.serverMetadata().issuer, style, wrong, claims: tokens.claims(), me: await me(tokens) };
  result.userinfo = await oidc.fetchUserInfo(page, tokens.access_token, tokens.claims().sub);
  result.cookies = (await browser.cookies()).filter((c) => c.name.includes('session')).map((c) => [c.httpOnly, c.sameSite]);
  result.silent = await silent(tab);
  result.nativeApp = await nativeApp(tab);
  result.device = await device(tab);
  result.bots = [await bot(oidc.ClientSecretBasic(BOT_SECRET)), await bot(oidc.ClientSecretPost(BOT_SECRET)), await errorOf(bot(oidc.ClientSecretPost('something else')))];

  const renewed = await oidc.refreshTokenGrant(page, tokens.refresh_token);
  result.renewed = [renewed.refresh_token !== tokens.refresh_token, await me(renewed)];
  result.reused = [await errorOf(oidc.refreshTokenGrant(page, tokens.refresh_token)), await errorOf(oidc.refreshTokenGrant(page, renewed.refresh_token)), await me(renewed)];

  const again = await ask(page, `${root}signed-in`);
  await tab.goto(again.url);
  const last = await oidc.authorizationCodeGrant(page, new URL(tab.url()), again.checks);
  await tab.goto(oidc.buildEndSessionUrl(page, { id_token_hint: last.id_token, post_logout_redirect_uri: root, state: 'bye' }).href);
  result.signedOut = [tab.url() === `${root}?state=bye`, await silent(tab), await me(last)];

  const kept = await oidc.discovery(issuer, 'scai', undefined, oidc.None(), insecure);
  result.revoked = await errorOf(oidc.tokenRevocation(kept, 'never-was-one'));

  await tab.goto(`${ISSUER}/sign-in`);
  for (let i = 0; i < 10; i++) {
    await typeIn(tab, 'victim@acme.example', 'wrong');
  }
  await typeIn(tab, 'victim@acme.example', PASSWORD);
  result.locked = await problem(tab);
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}
