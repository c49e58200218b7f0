// Measures the catalog with 100,000 packages in one tenant, and the log and signatures that go with them. See bench.sh.
//
// A few hundred packages are published through the API; the rest are rows made of them in SQL, with random hashes in the log: what is measured
// is what the server does among so many, and a proof costs the same whatever its hashes say.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const packages = Number(process.env.BENCH_PACKAGES ?? 100_000);
const real = 200;
const calls = Number(process.env.BENCH_CALLS ?? 500);
const targets = { 'list page of 100': { p99: 10 }, 'search, rare word': { p99: 20 }, 'search, common word': { p99: 20 }, install: { p50: 2 }, 'publish, new': { p50: 5, p95: 10 }, 'publish, next version': { p50: 5, p95: 10 } };

const flow = (says) => ({
  id: 'flow_bench', name: 'Bench', version: '1.0.0',
  nodes: [
    { id: 'in', type: 'entry_api', label: 'In', position: { x: 0, y: 0 }, config: {}, inputs: [], outputs: [{ id: 'out', label: 'out', type: 'object' }] },
    { id: 'say', type: 'llm_rigid', label: 'Say', position: { x: 1, y: 0 }, config: { template: says }, inputs: [{ id: 'in', label: 'in', type: 'object' }], outputs: [{ id: 'out', label: 'out', type: 'string' }] },
  ],
  edges: [{ id: 'e', type: 'sequential', source: { node: 'in', port: 'out' }, target: { node: 'say', port: 'in' } }],
});

const bootstrap = (secret) => `partners:
  - { id: prt_bench, slug: bench, name: Bench }
tenants:
  - { id: tnt_bench, partner: prt_bench, slug: bench, name: Bench }
service_clients:
  - { id: author, secret: ${secret}, tenant: tnt_bench, roles: [], permissions: ["scaicore:view", "scaicore:manage"] }
`;

// The words in which the databases differ.
const dialects = {
  sqlite: { begin: 'PRAGMA foreign_keys = OFF;', hash: 'randomblob(32)', edge: (count) => `randomblob(32 * ${count})`, newline: 'char(10)' },
  postgres: {
    begin: 'SET session_replication_role = replica;',
    hash: "decode(md5(random()::text) || md5(random()::text), 'hex')",
    edge: (count) => `decode(repeat(md5(random()::text), 2 * ${count}), 'hex')`,
    newline: 'chr(10)',
  },
};

const seed = ({ begin, hash, edge, newline }) => `
${begin}
CREATE TEMP TABLE template AS SELECT * FROM catalog_packages WHERE package_id = 'real-0';
CREATE TEMP TABLE numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${packages - real}) SELECT i, 'package-' || i AS id,
  'Package ' || i || ' ' || substr('invoice support triage billing contract onboarding', 1 + i % 40, 12) AS name,
  'Sorts mail number ' || (i * 7919 % 1000003) || ' into queues and answers what it can; everything else goes to people' AS description FROM n;
INSERT INTO catalog_packages (tenant_id, package_id, name, description, version, author_id, author_email, visibility, visibility_group_ids, installs, created_at, updated_at)
  SELECT t.tenant_id, n.id, n.name, n.description, t.version, 'usr_' || (i % 500), t.author_email, t.visibility, t.visibility_group_ids, 0, t.created_at, t.updated_at FROM numbers n, template t;
INSERT INTO catalog_versions (tenant_id, package_id, version, name, description, digest, size, author_id, author_email, published_at, log_index, key_id, signature)
  SELECT v.tenant_id, n.id, v.version, n.name, n.description, v.digest, v.size, 'usr_' || (i % 500), v.author_email, v.published_at, v.log_index, v.key_id, v.signature
  FROM numbers n, catalog_versions v WHERE v.package_id = 'real-0';
INSERT INTO catalog_listings (tenant_id, package_id, text) SELECT t.tenant_id, n.id, lower(n.id || ${newline} || n.name || ${newline} || n.description) FROM numbers n, template t ORDER BY i;
INSERT INTO catalog_audiences (tenant_id, name, number, package_id)
  SELECT l.tenant_id, 'tenant', l.number, l.package_id FROM catalog_listings l JOIN numbers n ON n.id = l.package_id
  UNION ALL SELECT l.tenant_id, 'user:usr_' || (n.i % 500), l.number, l.package_id FROM catalog_listings l JOIN numbers n ON n.id = l.package_id;
INSERT INTO catalog_log_nodes (tenant_id, position, hash) WITH RECURSIVE
  levels(level) AS (SELECT CAST(0 AS bigint) UNION ALL SELECT level + 1 FROM levels WHERE level < 16),
  nodes(level, i) AS (SELECT level, CAST(0 AS bigint) FROM levels WHERE (1 << CAST(level AS int)) <= ${packages} UNION ALL SELECT level, i + 1 FROM nodes WHERE ((i + 2) << CAST(level AS int)) <= ${packages})
  SELECT 'tnt_bench', (level << 56) | i, ${hash} FROM nodes WHERE true ON CONFLICT DO NOTHING;
INSERT INTO catalog_log_leaves (tenant_id, "index", text) SELECT 'tnt_bench', i, '{"event":"publish"}' FROM numbers WHERE i < ${packages} ON CONFLICT DO NOTHING;
UPDATE catalog_log_heads SET size = ${packages}, edge = ${edge(packages.toString(2).replaceAll('0', '').length)};
ANALYZE;
`;

/** SQLite in the server's own folder. */
export const sqlite = (folder) => ({
  env: {},
  load: () => execFileSync('sqlite3', [join(folder, 'scaigrid.db')], { input: seed(dialects.sqlite) }),
});

/** A database of its own on a running PostgreSQL: `Host=…;Port=…;Username=…`, without one. */
export function postgres(server) {
  if (!server) {
    throw new Error('BENCH_POSTGRES names no server; ./build.sh bench starts one.');
  }
  const { Host, Port, Username, Password } = Object.fromEntries(server.split(';').filter(Boolean).map((part) => part.split('=')));
  const database = `bench_catalog_${process.pid}`;
  const psql = (name, input) => execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-h', Host, '-p', Port, '-U', Username, '-d', name], { input, env: { ...process.env, PGPASSWORD: Password ?? '' } });
  psql('postgres', `CREATE DATABASE ${database};`);
  return {
    env: { SCAIGRID_Database__Provider: 'postgres', SCAIGRID_Database__ConnectionString: `${server};Database=${database}` },
    load: () => psql(database, seed(dialects.postgres)),
    drop: () => psql('postgres', `DROP DATABASE ${database} WITH (FORCE);`),
  };
}

/** User and system time of a process so far; on a busy machine it tells more than the clock. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function percentile(sorted, p) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
}

const agent = new http.Agent({ keepAlive: true });

/** A call on a connection that stays open; fetch would take longer than some answers do. */
const call = (method, url, headers, body) => new Promise((resolve, reject) => {
  const request = http.request(url, { method, agent, headers: { ...headers, ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) } }, (response) => {
    const parts = [];
    response.on('data', (part) => parts.push(part));
    response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
    response.on('error', reject);
  });
  request.on('error', reject);
  request.end(body);
});

/** Calls to the catalog of one server, as the author of what the benchmark publishes. */
async function client(url, secret) {
  const token = await signIn(url, secret);
  const send = async (method, path, body) => {
    const { status, text } = await call(method, `${url}${path}`, { authorization: `Bearer ${token}` }, body && JSON.stringify(body));
    if (status >= 300) {
      throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`);
    }
    return text;
  };
  return {
    send,
    publish: (id, version = '0.1.0') => send('POST', '/api/v1/catalog/publish', { package_id: id, name: `Real ${id}`, description: 'Published by the benchmark', version, content: flow(id) }),
  };
}

/** Fills the catalog. The server is stopped when rows are made behind its back. */
export async function fillCatalog({ folder, secret, start, database }) {
  const file = join(folder, 'catalog-bootstrap.yaml');
  writeFileSync(file, bootstrap(secret));
  const server = await start(folder, file, database.env);
  const { publish } = await client(server.url, secret);
  for (let i = 0; i < real; i++) {
    await publish(`real-${i}`);
  }
  await server.stop();
  database.load();
}

/** @param start starts the server on a data folder with a bootstrap file and settings, and resolves to {url, pid, stop} */
export async function measureCatalog({ folder, secret, start, database }) {
  const server = await start(folder, join(folder, 'catalog-bootstrap.yaml'), database.env);
  const { send, publish } = await client(server.url, secret);
  const cursor = (number) => Buffer.from(String(number)).toString('base64url');
  const scenarios = {
    'who am I': () => send('GET', '/v1/me'), // what signing in and the client take
    'list page of 100': (i) => send('GET', `/api/v1/catalog?limit=100&cursor=${cursor(1 + ((i * 7919) % packages))}`),
    'search, rare word': (i) => send('GET', `/api/v1/catalog?limit=100&search=${(i * 7919) % 100_003}`),
    'search, common word': (i) => send('GET', `/api/v1/catalog?limit=100&search=${['queues', 'answers what', 'sorts mail', 'package triage'][i % 4]}`),
    install: (i) => send('GET', `/api/v1/catalog/real-${i % real}/install`),
    'publish, new': (i) => publish(`new-${i}-${process.pid}`),
    'publish, next version': (i) => publish(`real-${i % real}`),
  };
  const only = process.env.BENCH_CATALOG?.split(',');
  const rows = [];
  for (const [name, call] of Object.entries(scenarios).filter(([name]) => only?.some((word) => name.includes(word)) ?? true)) {
    for (let i = 0; i < calls; i++) {
      await call(i + 1_000_000); // warm
    }
    const times = [];
    const before = cpuMs(server.pid);
    for (let i = 0; i < calls; i++) {
      const begin = performance.now();
      await call(i);
      times.push(performance.now() - begin);
    }
    const cpu = (cpuMs(server.pid) - before) / calls;
    times.sort((a, b) => a - b);
    rows.push({ name, cpu, p50: percentile(times, 0.5), p95: percentile(times, 0.95), p99: percentile(times, 0.99), target: targets[name] });
  }
  await server.stop();
  return rows;
}

async function signIn(url, secret) {
  const response = await fetch(`${url}/auth/token`, {
    method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'author', client_secret: secret }),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`Signing in answered ${response.status}: ${JSON.stringify(answer)}`);
  }
  return answer.access_token;
}

export function catalogTable(title, rows) {
  const cell = (row, p) => `${row[p].toFixed(2)}${row.target?.[p] ? ` (≤ ${row.target[p]})` : ''}`;
  return [
    `## ${title}: ${packages.toLocaleString('en')} packages in one tenant, one call at a time`, '',
    '| call | p50 ms | p95 ms | p99 ms | CPU ms |', '|---|--:|--:|--:|--:|',
    ...rows.map((row) => `| ${row.name} | ${cell(row, 'p50')} | ${cell(row, 'p95')} | ${cell(row, 'p99')} | ${row.cpu.toFixed(2)} |`), '',
  ].join('\n');
}
