// Runs that touch the world: each saves before every effect and at its end, with the database waiting for the disk.
import { measureCalls } from './load.mjs';
import { key } from './servers.mjs';
import { call, publish, stores } from './stores.mjs';

const targets = { 'SQLite 1 effect': 500, 'PostgreSQL 1 effect': 1000, 'PostgreSQL 3 effects': 1000 };

const manifest = (effects, url) => `core:
  name: Effects ${effects}
  flows:
    - name: effects
      steps:
${Array(effects).fill(`        - { http_call: { method: POST, url: "${url}/v1/chat/completions", body: "hello" } }`).join('\n')}
        - rigid: done
`;

export async function measureDurable({ upstream, seconds }) {
  const rows = [];
  for (const store of stores('durable')) {
    const server = await store.start();
    for (const effects of [1, 3]) {
      const { model } = await publish(server, manifest(effects, upstream.url));
      await call(server, 'POST', '/v1/inference/chat', { model, messages: [{ role: 'user', content: 'hi' }] });
      const target = { url: `${server.url}/v1/inference/chat`, pid: server.pid, model, key };
      for (const connections of [64, 1]) {
        await measureCalls(target, connections, connections === 64 && effects === 1 ? 10 : 2);
        rows.push({ store: store.name, effects, connections, ...await measureCalls(target, connections, seconds) });
        if (process.env.DBG) console.error(JSON.stringify(rows.at(-1)));
      }
    }
    await server.stop();
  }
  const lines = rows.map((row) => {
    const target = row.connections === 64 ? targets[`${row.store} ${row.effects} effect${row.effects > 1 ? 's' : ''}`] : undefined;
    return `| ${row.store} | ${row.effects} | ${row.connections} | ${row.rate.toFixed(0)}${target ? ` (≥ ${target})` : ''} | ${row.p50.toFixed(2)} | ${row.p99.toFixed(2)} | ${row.cpu.toFixed(0)} | ${row.memory.toFixed(0)} | ${row.errors} |`;
  });
  return ['## Durable runs, called through chat', '',
    '| database | effects | connections | runs/s | p50 ms | p99 ms | CPU µs/run | MB | errors |', '|---|--:|--:|--:|--:|--:|--:|--:|--:|', ...lines, ''].join('\n');
}
