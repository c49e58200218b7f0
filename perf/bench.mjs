// Runs the scenarios: every peer in turns, several rounds, medians. See bench.sh.
import { cpus } from 'node:os';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureCalls, measureStreams } from './load.mjs';
import { catalogTable, fillCatalog, measureCatalog, postgres, sqlite } from './catalog.mjs';
import { measureDurable } from './durable.mjs';
import { measureSuspended } from './suspended.mjs';
import { key, newFolder, publishFiveSteps, startBareProxy, startFloor, startOn, startScaiGrid, startUpstream } from './servers.mjs';

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
// Until .NET has recompiled the hot methods with what it learned of them; at more connections only the pools have to grow.
const warmUp = 12;
const settle = 3;
const native = '/v1/inference/chat';
const openAi = '/oai/v1/chat/completions';
const canned = '/v1/chat/completions';
const problems = new Set();

const catalog = 'catalog'; // measured alone, on a server of its own
const asked = process.argv.slice(2);
const needsPeers = asked.length === 0 || asked.some((name) => name !== catalog);

const upstream = needsPeers && await startUpstream();
const floor = needsPeers && await startFloor(upstream);
const bare = needsPeers && await startBareProxy(upstream);
const scaigrid = needsPeers && await attempt('ScaiGrid', () => startScaiGrid(upstream));

async function attempt(what, action) {
  try {
    return await action();
  } catch (error) {
    problems.add(`${what}: ${error.message}`);
    return null;
  }
}

function peer(name, server, path, model) {
  return server && { name, pid: server.pid, url: server.url + path, model, key };
}

function others(path) {
  return [
    peer('upstream alone', upstream, path, 'canned'),
    peer('nginx proxy', floor, path, 'canned'),
    peer('bare ASP.NET proxy', bare, path, 'canned'),
  ];
}

const scenarios = {
  chat: {
    title: 'A chat call to an upstream model',
    connections: [16, 256],
    measure: measureCalls,
    peers: () => [...others(canned), peer('ScaiGrid /v1', scaigrid, native, 'bench/mock'), peer('ScaiGrid /oai/v1', scaigrid, openAi, 'bench/mock')],
  },
  core: {
    title: 'A published Core of five deterministic steps',
    connections: [16, 64],
    measure: measureCalls,
    prepare: () => publishFiveSteps(scaigrid),
    peers: () => [peer('bare ASP.NET proxy (no Core)', bare, canned, 'canned'), peer('ScaiGrid Core', scaigrid, native, 'scaicore/bench/five-steps')],
  },
  stream: {
    title: 'Streams of 64 frames, 20 ms apart',
    connections: [64, 512],
    measure: measureStreams,
    peers: () => [...others(`/stream${canned}`), peer('ScaiGrid /oai/v1', scaigrid, openAi, 'bench/stream')],
  },
};

/** A peer that does not answer the call itself must not be measured: errors are fast. */
async function answers({ name, url, model }, stream) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hi' }] }),
  });
  const text = await response.text();
  if (response.status !== 200) {
    throw new Error(`${name} answered ${response.status}: ${text.slice(0, 300)}`);
  }
  return true;
}

async function usable(peers, stream) {
  const found = [];
  for (const candidate of peers.filter(Boolean)) {
    if (await attempt(candidate.name, () => answers(candidate, stream))) {
      found.push(candidate);
    }
  }
  return found;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function medians(samples) {
  return Object.fromEntries(Object.keys(samples[0]).map((field) => [field, median(samples.map((sample) => sample[field]))]));
}

async function runScenario({ title, connections, measure, prepare, peers }) {
  if (prepare && (!scaigrid || await attempt(title, async () => { await prepare(); return true; }) === null)) {
    return `## ${title}\n\nnot measured\n`;
  }
  const contenders = await usable(peers(), measure === measureStreams);
  const rows = [];
  for (const count of connections) {
    const samples = contenders.map(() => []);
    for (const contender of contenders) {
      await measure(contender, count, count === connections[0] ? warmUp : settle);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [i, contender] of contenders.entries()) {
        samples[i].push(await measure(contender, count, seconds));
      }
    }
    rows.push(...contenders.map(({ name }, i) => ({ connections: count, peer: name, ...medians(samples[i]) })));
  }
  return `## ${title}\n\n${measure === measureStreams ? streamTable(rows) : callTable(rows)}\n`;
}

function table(headers, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(headers), line(headers.map((_, i) => (i === 1 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

function callTable(rows) {
  const bareRate = (count) => rows.find((row) => row.connections === count && row.peer.startsWith('bare'))?.rate;
  return table(
    ['connections', 'peer', 'requests/s', '× bare proxy', 'p50 ms', 'p99 ms', 'CPU µs/request', 'MB', 'errors'],
    rows.map((row) => [
      row.connections, row.peer, row.rate.toFixed(0), (row.rate / bareRate(row.connections)).toFixed(2), row.p50.toFixed(2),
      row.p99.toFixed(2), row.cpu.toFixed(0), row.memory.toFixed(0), row.errors,
    ]));
}

function streamTable(rows) {
  return table(
    ['connections', 'peer', 'streams', 'broken', 'first token ms', 'gap p50 ms', 'gap p99 ms', 'CPU µs/frame', 'MB'],
    rows.map((row) => [
      row.connections, row.peer, row.streams, row.broken, row.firstToken.toFixed(1), row.gap.toFixed(1), row.gap99.toFixed(1),
      row.cpu.toFixed(0), row.memory.toFixed(0),
    ]));
}

// Measured alone, each on servers of its own.
const apart = {
  catalog: async () => {
    const folder = newFolder('catalog');
    await runCatalog(() => sqlite(folder), folder, 'The catalog on SQLite');
    await runCatalog(() => postgres(process.env.BENCH_POSTGRES ?? ''), newFolder('catalog-postgres'), 'The catalog on PostgreSQL');
  },
  durable: () => runApart('Durable runs', () => measureDurable({ upstream, seconds })),
  suspended: () => runApart('Suspended runs', measureSuspended),
};
const known = [...Object.keys(scenarios), ...Object.keys(apart)];
const chosen = asked.length > 0 ? asked : known;
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no scenario ${unknown.join(', ')}, only: ${known.join(', ')}`);
  process.exit(2);
}

const sections = [];
for (const name of chosen) {
  if (name in scenarios) {
    sections.push(await runScenario(scenarios[name]));
  } else {
    await apart[name]();
  }
}

async function runApart(title, measure) {
  sections.push(await attempt(title, measure) ?? `## ${title}\n\nnot measured\n`);
}

async function runCatalog(open, folder, title) {
  const rows = await attempt(title, async () => {
    const world = { folder, secret: key, start: startOn, database: open() };
    try {
      await fillCatalog(world);
      return await measureCatalog(world);
    } finally {
      world.database.drop?.();
    }
  });
  sections.push(rows ? catalogTable(title, rows) : `## ${title}\n\nnot measured\n`);
}

const now = new Date().toISOString();
const report = [
  `# Benchmark of ${now.slice(0, 16).replace('T', ' ')} UTC\n`,
  `${cpus().length} × ${cpus()[0].model}; ${rounds} rounds of ${seconds} s, every peer in turns, medians; upstream and load generator on the same machine.\n`,
  ...sections,
  ...[...problems].map((problem) => `**Not measured**: ${problem}\n`),
].join('\n');

const folder = join(import.meta.dirname, '../artifacts/bench');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `${now.replaceAll(':', '').slice(0, 15)}.md`), report);
console.log(report);
process.exit(problems.size === 0 ? 0 : 1);
