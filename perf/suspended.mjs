// Resuming one run among many that wait, and what those cost in memory.
//
// Some hundred runs are suspended through the API and resumed; the others are rows made of one of them in SQL.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { call, publish, stores } from './stores.mjs';

const waiting = Number(process.env.BENCH_SUSPENDED ?? 100_000);
const resumed = 300;
const base = '/v1/modules/scaicore';

const manifest = `core:
  name: Ask
  flows:
    - name: ask
      steps:
        - { id: decision, checkpoint: { prompt: "Go on?", options: ["yes", "no"] } }
        - { rigid: "{{decision}}" }
`;

/** Both databases understand it. */
const seed = (run) => ['runs', 'checkpoints'].map((table) => `
CREATE TABLE bench_copies AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${waiting})
  SELECT t.*, n.i FROM ${table} t, n WHERE t.${table === 'runs' ? 'id' : 'execution_id'} = '${run}';
UPDATE bench_copies SET id = ${table === 'runs' ? `'run_copy' || i` : `'chk_copy' || i, execution_id = 'run_copy' || i`};
ALTER TABLE bench_copies DROP COLUMN i;
INSERT INTO ${table} SELECT * FROM bench_copies;
DROP TABLE bench_copies;`).join('\n') + '\nANALYZE;\n';

const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function suspend(server, id) {
  const run = await call(server, 'POST', `${base}/cores/${id}/invoke`, { input: {} });
  return { run: run.id, checkpoint: run.checkpoints[0].id };
}

async function resume(server, { run, checkpoint }) {
  const began = performance.now();
  await call(server, 'POST', `${base}/checkpoints/${checkpoint}/resolve`, { resolution: 'yes' });
  while ((await call(server, 'GET', `${base}/runs/${run}`)).status !== 'completed') {
    await delay(1);
  }
  return performance.now() - began;
}

async function measure(server, id) {
  await delay(10_000); // what starts up has settled
  const memory = residentMb(server.pid);
  const runs = [];
  for (let i = 0; i < resumed + 50; i++) {
    runs.push(await suspend(server, id));
  }
  const times = [];
  for (const run of runs) {
    times.push(await resume(server, run));
  }
  const sorted = times.slice(50).toSorted((a, b) => a - b); // the first ones warm up
  return { memory, p50: sorted[Math.floor(resumed * 0.5)], p99: sorted[Math.floor(resumed * 0.99)] };
}

export async function measureSuspended() {
  const lines = [];
  for (const store of stores('suspended')) {
    let server = await store.start();
    const { id } = await publish(server, manifest);
    const few = await measure(server, id);
    const { run } = await suspend(server, id);
    await server.stop();
    store.sql(seed(run));
    server = await store.start();
    const many = await measure(server, id);
    await server.stop();
    for (const [count, result] of [[1, few], [waiting, many]]) {
      lines.push(`| ${store.name} | ${count.toLocaleString('en')} | ${result.memory.toFixed(0)} | ${result.p50.toFixed(1)} | ${result.p99.toFixed(1)} (≤ 20) |`);
    }
  }
  return ['## Suspended runs', '', '| database | waiting | MB idle | resume p50 ms | resume p99 ms |', '|---|--:|--:|--:|--:|', ...lines, ''].join('\n');
}
