// `npm start` in a checkout, as a person does it, for scripts that try or measure it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 120_000;

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function untilReady(url, child) {
  const deadline = Date.now() + READY_WITHIN_MS;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    assert(child.exitCode === null && Date.now() < deadline, 'npm start did not get ready');
    await sleep(50);
  }
}

/**
 * Does the work while `npm start` runs in the folder `cwd`, in a process group of its own: Ctrl-C at a terminal reaches all of it.
 * @param work gets the address, and how long the start took in milliseconds.
 */
export async function whileStarted({ cwd, env }, work) {
  const port = await findFreePort();
  const options = { cwd, env: { ...env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'], detached: true };
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], options);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilReady(url, child);
    await work(url, performance.now() - startedAt);
  } finally {
    const end = child.exitCode === null ? once(child, 'close') : undefined;
    process.kill(-child.pid, 'SIGINT');
    await end;
  }
  assert(
    output.includes('Stopped.'),
    `npm start did not stop in order after Ctrl-C:
${output}`,
  );
}

/** Calls the service with the demo key of the folder `cwd`. */
export async function call(url, cwd, path, body) {
  const authorization = `Bearer ${readFileSync(join(cwd, 'data/api-key'), 'utf8').trim()}`;
  const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(`${url}${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  assert(response.ok, `${path} was answered with ${response.status}`);
  return response.json();
}
