import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { report, runLength } from '../../support/run-length.js';
import { startServerProcess, type ServerProcess } from '../../support/server-process.js';

const HEAP_MB = 200;
const ALIASES = 14;
// Many short fields: what a document takes in memory depends on its tokens.
const FIELDS = 'id version createdAt '.repeat(19);

let place: TestDatabase;
let server: ServerProcess;
let token: string;
beforeAll(async () => {
  place = await createTestDatabase('embedded');
  const environment = {
    DATA_DIR: place.dataDir,
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
    // Neither fair use nor a busy machine is to save it.
    RATE_LIMIT_POINTS: '0',
    MAX_EVENT_LOOP_DELAY_MS: '60000',
    MAX_MEAN_LATENCY_MS: '60000',
  };
  server = await startServerProcess({ environment });
  token = (await readFile(join(place.dataDir, 'api-key'), 'utf8')).trim();
});
afterAll(async () => {
  await server.end('SIGKILL');
  await place.remove();
});

// Some 5-6 KB, unlike every other, with the aliases and nearly the tokens that a document may have.
function makeDocument(number: number): string {
  const selections = Array.from(
    { length: ALIASES },
    (_, at) => `a${at}: expressCustomer(expressCustomerId: "${number}-${at}") { ${FIELDS} }`,
  );
  return `query Flood${number} { ${selections.join('\n')} }`;
}

async function post(query: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  await response.arrayBuffer();
  return response.status;
}

it(`stays alive with a heap of ${HEAP_MB} MB while ${runLength.floodDocuments} large documents are sent twice each`, async () => {
  expect(makeDocument(0).length).toBeGreaterThan(4_500);
  const statuses = new Set<number>();
  for (let number = 0; number < runLength.floodDocuments; number += 1) {
    const query = makeDocument(number);
    for (let time = 0; time < 2; time += 1) statuses.add(await post(query));
  }
  report('a flood of documents', { documents: runLength.floodDocuments, residentMb: await readResidentMb() });
  expect([...statuses]).toEqual([200]);
  expect(server.hasEnded()).toBe(false);
  expect(await post('{ expressCustomers { totalCount } }')).toBe(200);
}, 1_800_000);

async function readResidentMb(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
