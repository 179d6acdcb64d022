import { setTimeout as sleep } from 'node:timers/promises';
import { openServiceDatabase } from '../../../src/service-database.js';
import { createTestDatabase, type TestDatabase } from '../../support/engines.js';
import { startServerProcess, type ServerProcess } from '../../support/server-process.js';
import { newClinic, type Clinic } from '../../support/service.js';
import { startTraceCollector, type ReceivedSpan, type TraceCollector } from '../../support/trace-collector.js';

const CREATE = `mutation ($name: String!) { createExpressCustomer(input: { expressCustomerName: $name }) { expressCustomerId } }`;
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let place: TestDatabase;
let collector: TraceCollector;
let running: ServerProcess;
let clinic: Clinic;
beforeAll(async () => {
  place = await createTestDatabase('postgresql');
  const database = await openServiceDatabase(place);
  clinic = await newClinic(database.dataSource);
  await database.close();
  collector = await startTraceCollector();
  const OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  const environment = { DATABASE_URL: place.databaseUrl!, OTEL_EXPORTER_OTLP_ENDPOINT, NODE_ENV: 'production' };
  running = await startServerProcess({ environment });
  // All that was done is sent before the process ends.
  await call({ name: 'Kanarienvogel' });
  await call({ name: ' ' }, { traceparent: `00-${TRACE}-${PARENT}-01` });
  await fetch(`${running.url}/v1/express?expressCustomerName=Kanarienvogel`, { headers: headers() });
  await fetch(`${running.url}/kanarienvogel?kanarienvogel`, { headers: headers() });
  await running.end('SIGTERM');
});
afterAll(async () => {
  collector.stop();
  await place.remove();
});

const headers = () => ({ authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' });

const call = (variables: object, more: Record<string, string> = {}) =>
  fetch(`${running.url}/graphql`, {
    method: 'POST',
    headers: { ...headers(), ...more },
    body: JSON.stringify({ query: CREATE, variables }),
  });

const valueOf = (span: ReceivedSpan, key: string) =>
  Object.values(span.attributes.find((attribute) => attribute.key === key)?.value ?? {})[0];

const named = (name: string) => collector.spans.filter((span) => span.name === name);

describe('a trace', () => {
  it('sends a span for each request, named by its operation, with how it ended', () => {
    expect(collector.resources.join()).toContain('avara-express-customers');
    const creates = named('createExpressCustomer');
    expect(creates.map((span) => valueOf(span, 'avara.code'))).toEqual(['OK', 'BAD_USER_INPUT']);
    expect(named('expressCustomers').map((span) => valueOf(span, 'http.response.status_code'))).toEqual([200]);
  });

  it("goes on with the caller's trace", () => {
    const [, refused] = named('createExpressCustomer');
    expect(refused).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  });

  it('shows the statements below the request that sent them, without their values', () => {
    const [create] = named('createExpressCustomer');
    const statements = collector.spans.filter(({ parentSpanId, attributes }) => {
      const isStatement = attributes.some(({ key }) => key === 'db.statement' || key === 'db.query.text');
      return isStatement && parentSpanId === create!.spanId;
    });
    expect(JSON.stringify(statements)).toContain('INSERT INTO express_customers');
  });

  it('names the trace in the line that is logged', async () => {
    const found = () =>
      running
        .output()
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.includes(TRACE));
    // The log is written a tenth of a second later at most.
    while (found().length === 0) await sleep(20);
    const lines = found();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      traceId: TRACE,
      operation: 'createExpressCustomer',
      code: 'BAD_USER_INPUT',
    });
  });

  it('holds nothing of a name, an address or a key', () => {
    const all = JSON.stringify(collector.spans).toLowerCase();
    expect(collector.spans.length).toBeGreaterThan(5);
    for (const secret of ['kanarienvogel', clinic.token.toLowerCase()]) expect(all).not.toContain(secret);
  });
});
