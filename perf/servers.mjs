// Starts what is measured, each as a process on a free port of loopback, and stops it all when this process ends.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const perf = import.meta.dirname;
const published = join(perf, '../artifacts/publish');
const folder = mkdtempSync(join(tmpdir(), 'scaigrid-bench.'));
const children = [];

export const key = `sgk_${randomBytes(32).toString('base64url')}`;

process.on('exit', () => {
  children.forEach((child) => child.kill()); // not SIGKILL, which would leave nginx's workers behind
  rmSync(folder, { recursive: true, force: true });
});
['SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, () => process.exit(130)));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a program and waits up to 30 s until the probe answers with a status that is accepted. */
async function start(name, program, args, { probe, accepts = () => true, env = {} }) {
  const log = join(folder, `${name}.log`);
  const out = openSync(log, 'w');
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', out, out] });
  closeSync(out);
  children.push(child);
  const deadline = Date.now() + 30_000;
  while (child.exitCode === null && Date.now() < deadline) {
    const response = await fetch(probe).catch(() => null);
    if (response && accepts(response.status)) {
      return child.pid;
    }
    await delay(50);
  }
  throw new Error(`${name} did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
}

async function nginx(name, template, values) {
  const port = await freePort();
  const home = join(folder, name);
  mkdirSync(home);
  const config = Object.entries({ FOLDER: home, PORT: String(port), ...values })
    .reduce((text, [from, to]) => text.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), () => to), readFileSync(join(perf, template), 'utf8'));
  const file = join(home, 'nginx.conf');
  writeFileSync(file, config);
  const url = `http://127.0.0.1:${port}`;
  return { url, pid: await start(name, 'nginx', ['-c', file, '-e', join(home, 'start.log')], { probe: url }) };
}

function frames() {
  const chunk = (delta, finish = 'null') =>
    `echo 'data: {"id":"chatcmpl-canned","object":"chat.completion.chunk","created":1700000000,"model":"canned",`
    + `"choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}]}\n';\necho_flush;`;
  const token = `${chunk('{"content":"tok "}')}\necho_sleep 0.020;`;
  return [chunk('{"role":"assistant","content":""}'), ...Array(64).fill(token), chunk('{}', '"stop"'), `echo 'data: [DONE]\n';`].join('\n');
}

export const startUpstream = () => nginx('upstream', 'upstream.nginx.conf', { FRAMES: frames() });

export const startFloor = (upstream) => nginx('floor', 'proxy.nginx.conf', { UPSTREAM: new URL(upstream.url).host });

export async function startBareProxy(upstream) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const program = join(published, 'ScaiGrid.Perf.BareProxy/release/ScaiGrid.Perf.BareProxy');
  return { url, pid: await start('bare-proxy', program, ['--urls', url, '--upstream', upstream.url], { probe: url }) };
}

/** The server as it ships, with SQLite and files; only the rate limits are off, since one key makes all the calls. */
export async function startScaiGrid(upstream) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    SCAIGRID_Urls: url,
    SCAIGRID_DataDir: join(folder, 'data'),
    SCAIGRID_Bootstrap__File: join(perf, 'bootstrap.yaml'),
    BENCH_KEY: key,
    BENCH_UPSTREAM: upstream.url,
    ...Object.fromEntries(['PerKey', 'PerUser', 'PerTenant', 'PerPartner'].map((level) => [`SCAIGRID_RateLimits__${level}`, '0'])),
  };
  const program = join(published, 'ScaiGrid.Server/release/ScaiGrid.Server');
  const pid = await start('scaigrid', program, [], { probe: `${url}/health/ready`, accepts: (status) => status === 200, env });
  return { url, pid };
}

/** Deploys, starts and publishes the Core of five steps. */
export async function publishFiveSteps({ url }) {
  const post = async (path, body, type) => {
    const response = await fetch(`${url}/v1/modules/scaicore/cores${path}`, {
      method: 'POST', body, headers: { authorization: `Bearer ${key}`, ...(type && { 'content-type': type }) },
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`POST /cores${path} answered ${response.status}: ${text}`);
    }
    return JSON.parse(text).data;
  };
  const { id } = await post('', readFileSync(join(perf, 'five-steps.yaml')), 'application/yaml');
  await post(`/${id}/start`);
  await post(`/${id}/publish`);
}

/** The server alone on a folder that stays, to be stopped and started again. */
export async function startOn(data, bootstrapFile, settings = {}) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    SCAIGRID_Urls: url,
    SCAIGRID_DataDir: data,
    SCAIGRID_Bootstrap__File: bootstrapFile,
    ...Object.fromEntries(['PerKey', 'PerUser', 'PerTenant', 'PerPartner', 'PerAddress'].map((level) => [`SCAIGRID_RateLimits__${level}`, '0'])),
    ...settings,
  };
  const program = process.env.BENCH_SERVER ?? join(published, 'ScaiGrid.Server/release/ScaiGrid.Server');
  const pid = await start('scaigrid', program, [], { probe: `${url}/health/ready`, accepts: (status) => status === 200, env });
  const child = children.at(-1);
  const stopped = new Promise((resolve) => child.once('exit', resolve));
  return { url, pid, stop: () => { child.kill(); return stopped; } };
}

/** An empty folder that is gone with this process. */
export function newFolder(name) {
  const made = join(folder, name);
  mkdirSync(made);
  return made;
}
