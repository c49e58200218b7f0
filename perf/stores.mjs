// The databases that runs are measured on, and small helpers to set a server up.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { key, newFolder, startOn } from './servers.mjs';

const bootstrap = `partners:
  - { id: prt_bench, slug: bench, name: Bench }
tenants:
  - { id: tnt_bench, partner: prt_bench, slug: bench, name: Bench }
users:
  - { id: usr_bench, tenant: tnt_bench, email: bench@bench.example, name: Bench, roles: [tenant_admin] }
api_keys:
  - { id: key_bench, user: usr_bench, name: bench, key: ${key} }
`;

/** One installation on SQLite, and one on PostgreSQL where BENCH_POSTGRES names one. Each starts its server with start() and runs SQL with sql(text). */
export function stores(purpose) {
  const made = [make(purpose, 'SQLite')];
  return process.env.BENCH_POSTGRES ? [...made, make(purpose, 'PostgreSQL')] : made;
}

function make(purpose, name) {
  const folder = newFolder(`${purpose}-${name}`);
  const file = join(folder, 'bootstrap.yaml');
  writeFileSync(file, bootstrap);
  const settings = { SCAIGRID_Egress__AllowedHosts__0: '127.0.0.1' };
  let sql = (text) => execFileSync('sqlite3', [join(folder, 'scaigrid.db')], { input: text });
  if (name === 'PostgreSQL') {
    const database = `bench_${purpose}_${process.pid}`;
    const parts = Object.fromEntries(process.env.BENCH_POSTGRES.split(';').map((part) => part.split('=')));
    const psql = (to, text) => execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-h', parts.Host, '-p', parts.Port, '-U', parts.Username, to], { input: text });
    psql('postgres', `CREATE DATABASE ${database};`);
    Object.assign(settings, { SCAIGRID_Database__Provider: 'postgres', SCAIGRID_Database__ConnectionString: `${process.env.BENCH_POSTGRES};Database=${database}` });
    sql = (text) => psql(database, text);
  }
  return { name, sql, start: () => startOn(folder, file, settings) };
}

/** A call of the server that must succeed. */
export async function call({ url }, method, path, body) {
  const yaml = typeof body === 'string';
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': yaml ? 'application/yaml' : 'application/json' }) },
    body: yaml || !body ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
  }
  return JSON.parse(text).data;
}

/** Deploys a manifest, starts it and publishes it. */
export async function publish(server, manifest) {
  const { id, slug } = await call(server, 'POST', '/v1/modules/scaicore/cores', manifest);
  await call(server, 'POST', `/v1/modules/scaicore/cores/${id}/start`);
  await call(server, 'POST', `/v1/modules/scaicore/cores/${id}/publish`);
  return { id, model: `scaicore/bench/${slug}` };
}
