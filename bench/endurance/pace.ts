import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../service/cases.js';

/** Milliseconds to each answer, by whether the request was admitted. */
export interface Offered {
  accepted: number[];
  shed: number[];
  other: number;
}

const TICK_MS = 5;
const MOST_CONNECTIONS = 1_000;

function send(url: string, token: string, agent: Agent, { method, path, body }: Call, offered: Offered): Promise<void> {
  const started = performance.now();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Promise((resolve) => {
    const sent = request(url + path, { method, agent, headers }, (response) => {
      response.resume().once('close', () => {
        const ms = performance.now() - started;
        if (response.statusCode === 200) offered.accepted.push(ms);
        else if (response.statusCode === 503) offered.shed.push(ms);
        else offered.other += 1;
        resolve();
      });
    });
    sent.once('error', () => {
      offered.other += 1;
      resolve();
    });
    sent.end(body);
  });
}

/** Sends evenly in time, whatever is answered, as independent callers do. */
export async function pace(
  url: string,
  token: string,
  callOf: (n: number) => Call,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Offered> {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });
  const offered: Offered = { accepted: [], shed: [], other: 0 };
  const running: Promise<void>[] = [];
  const started = performance.now();
  for (let now = started; now - started < seconds * 1_000; await sleep(TICK_MS), now = performance.now())
    while (running.length < ((now - started) / 1_000) * rate)
      running.push(send(url, token, agent, callOf(running.length), offered));
  await Promise.all(running);
  agent.destroy();
  offered.accepted.sort((a, b) => a - b);
  offered.shed.sort((a, b) => a - b);
  return offered;
}
