// Puts load on one address and says what it cost.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'chat.lua');
const ticksPerSecond = Number((await run('getconf', ['CLK_TCK'])).stdout);

function familyOf(pid) {
  return [pid, ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)];
}

/** Processor time in microseconds that a process and its children (nginx has workers) have used so far. */
function cpuMicroseconds(pid) {
  const ticks = familyOf(pid).map((member) => {
    const fields = readFileSync(`/proc/${member}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, t) => sum + t, 0) * 1e6 / ticksPerSecond;
}

function residentMegabytes(pid) {
  const kilobytes = familyOf(pid).map((member) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${member}/status`, 'utf8'))[1]));
  return kilobytes.reduce((sum, k) => sum + k, 0) / 1024;
}

/** Calls for some seconds over that many connections. */
export async function measureCalls({ url, pid, model, key }, connections, seconds) {
  const before = cpuMicroseconds(pid);
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url];
  const { stdout } = await run('wrk', args, { env: { ...process.env, MODEL: model, KEY: key } });
  const result = JSON.parse(stdout.trim().split('\n').at(-1));
  return {
    rate: result.requests / result.seconds,
    p50: result.p50,
    p99: result.p99,
    errors: result.errors,
    cpu: (cpuMicroseconds(pid) - before) / result.requests,
    memory: residentMegabytes(pid),
  };
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** One stream: the times at which its frames came, and whether it came whole. */
function stream({ url, model, key }, agent) {
  return new Promise((resolve) => {
    const began = performance.now();
    const times = [];
    let text = '';
    const options = { method: 'POST', agent, headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` } };
    const request = http.request(url, options, (response) => {
      response.setEncoding('utf8');
      response.on('data', (part) => {
        text = text.slice(-16) + part; // a frame's mark may be cut in two
        const frames = text.split('"tok "').length - 1;
        text = frames > 0 ? text.slice(text.lastIndexOf('"tok "') + 6) : text;
        times.push(...Array(frames).fill(performance.now() - began));
      });
      response.on('close', () => resolve({ times, whole: response.statusCode === 200 && times.length === 64 && text.includes('[DONE]') }));
    });
    request.on('error', () => resolve({ times, whole: false }));
    request.end(JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'hi' }] }));
  });
}

/** Keeps that many streams open at once for some seconds. */
export async function measureStreams(peer, connections, seconds) {
  const agent = new http.Agent({ keepAlive: true });
  const before = cpuMicroseconds(peer.pid);
  const end = performance.now() + seconds * 1000;
  const results = [];
  await Promise.all(Array.from({ length: connections }, async () => {
    do {
      results.push(await stream(peer, agent));
    } while (performance.now() < end);
  }));
  agent.destroy();
  const frames = results.reduce((sum, { times }) => sum + times.length, 0);
  const gaps = results.flatMap(({ times }) => times.slice(1).map((time, i) => time - times[i]));
  return {
    streams: results.length,
    broken: results.filter(({ whole }) => !whole).length,
    firstToken: percentile(results.map(({ times }) => times[0] ?? NaN), 0.5),
    gap: percentile(gaps, 0.5),
    gap99: percentile(gaps, 0.99),
    cpu: (cpuMicroseconds(peer.pid) - before) / frames,
    memory: residentMegabytes(peer.pid),
  };
}
