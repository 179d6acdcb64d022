import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Call } from './cases.js';

const SCRIPT = join(process.cwd(), 'bench', 'service', 'requests.lua');

/** Whether wrk can be had: it takes a tenth of the processor that a generator in JavaScript takes from the servers. */
export const hasWrk = !spawnSync('wrk', ['--version']).error;

const MILLISECONDS: Record<string, number> = { us: 0.001, ms: 1, s: 1_000 };

/** What one load has brought. */
export interface Load {
  perSecond: number;
  answered: number;
  /** Milliseconds. */
  p99: number;
}

function toHttp({ method, path, headers, body }: Call, url: string, common: Record<string, string>): Buffer {
  const all = {
    host: new URL(url).host,
    ...common,
    ...headers,
    ...(body !== undefined && { 'content-length': `${Buffer.byteLength(body)}` }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

function parse(report: string): Load {
  if (/Non-2xx|Socket errors/.test(report)) throw new Error(`wrk reports failures:\n${report}`);
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)\b/.exec(report)!;
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(report)![1]),
    answered: Number(/(\d+) requests in/.exec(report)![1]),
    p99: Number(p99) * MILLISECONDS[unit!]!,
  };
}

/** Sends calls in turn over keep-alive connections, as many as are answered. @throws Error for any answer that is not 2xx. */
export async function generateByWrk(
  url: string,
  calls: Call[],
  common: Record<string, string>,
  { seconds, connections }: { seconds: number; connections: number },
): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-requests-'));
  try {
    const file = join(folder, 'requests');
    const requests = calls.map((call) => toHttp(call, url, common));
    await writeFile(file, Buffer.concat(requests.flatMap((bytes) => [Buffer.from(`${bytes.length}\n`), bytes])));
    const options = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--latency', '-s', SCRIPT, url, '--', file];
    const { stdout } = await promisify(execFile)('wrk', options);
    return parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
