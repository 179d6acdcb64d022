import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);

/** One server of a cluster. */
export interface Node {
  host: string;
  port: number;
}

/** The address of a database on a node, as the user of the coordinator's address. */
export function nodeUrl(coordinator: string, { host, port }: Node, database: string): string {
  const url = new URL(coordinator);
  url.hostname = host;
  url.port = String(port);
  url.pathname = `/${database}`;
  return url.href;
}

async function query<Row extends object>(url: string, sql: string, values?: unknown[]): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const NODES = `
  SELECT nodename AS host, nodeport AS port FROM pg_dist_node
  WHERE noderole = 'primary' ORDER BY groupid <> 0, nodeid`;

async function makeEmptyTemplate(admin: string, template: string, inTemplate: string): Promise<void> {
  const there = await query(admin, 'SELECT 1 FROM pg_database WHERE datname = $1', [template]);
  if (there.length > 0) await query(admin, `ALTER DATABASE ${template} ALLOW_CONNECTIONS true`);
  await query(admin, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await query(admin, `CREATE DATABASE ${template}`);
  await query(inTemplate, 'CREATE EXTENSION citus');
}

/**
 * Makes the template of the tests' databases a cluster of its own on the nodes of a given one: migrated, and distributed as operators
 * do it. pg_dist_node names no database, so a copy of the template on every node is a cluster again.
 * @param coordinator the address of a database that knows the workers.
 * @returns an address of each node, the coordinator's first.
 */
export async function makeCitusTemplate(coordinator: string, template: string): Promise<string[]> {
  const nodes = await query<Node>(coordinator, NODES);
  const admins = nodes.map((node) => nodeUrl(coordinator, node, 'postgres'));
  const [inCoordinator] = nodes.map((node) => nodeUrl(coordinator, node, template));
  for (const [n, node] of nodes.entries())
    await makeEmptyTemplate(admins[n]!, template, nodeUrl(coordinator, node, template));
  const [first, ...workers] = nodes as [Node, ...Node[]];
  await query(inCoordinator!, 'SELECT citus_set_coordinator_host($1, $2)', [first.host, first.port]);
  for (const { host, port } of workers) await query(inCoordinator!, 'SELECT citus_add_node($1, $2)', [host, port]);
  const env = { ...process.env, NODE_ENV: 'test', DATABASE_URL: inCoordinator };
  const program = join(process.cwd(), 'dist/src/cli/main.js');
  for (const command of [['migrate', 'up'], ['distribute']])
    await run(process.execPath, [program, ...command], { env });
  // Sessions of Citus itself would keep it from being copied.
  for (const admin of admins) {
    await query(admin, `ALTER DATABASE ${template} ALLOW_CONNECTIONS false`);
    await query(admin, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [template]);
  }
  return admins;
}
