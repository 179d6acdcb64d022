import { withLines } from './logged-calls.js';
import type { Connect, Result, Run, Variables } from './graphql-clients.js';
import type { Clinic, GraphQLErrorBody, Service } from '../service.js';

const ROW = 'fragment Row on ExpressCustomer { expressCustomerId expressCustomerName metadata version }';
const GET = `query Get($id: ID!) { expressCustomer(expressCustomerId: $id) { ...Row } } ${ROW}`;
const LIST = `query List($first: Int!, $after: String) { expressCustomers(first: $first, after: $after) {
  nodes { ...Row } pageInfo { hasNextPage endCursor } } } ${ROW}`;
const CREATE = `mutation Create($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { ...Row } } ${ROW}`;
const UPDATE = `mutation Update($input: UpdateExpressCustomerInput!) { updateExpressCustomer(input: $input) { ...Row } } ${ROW}`;

/** The service for these tests: a page of 100 costs more points than a credential has. */
export const CLIENT_LIMITS = { RATE_LIMIT_POINTS: '1000' };

export interface ClientUnderTest {
  service: Service;
  /** What the client calls: the service, or a gateway in front of it. */
  url: string;
}

const requestId = expect.any(String) as string;

/** Where the client leaves the extensions of an error. */
export type ReadExtensions = (error: GraphQLErrorBody) => GraphQLErrorBody['extensions'];

/** What a client library or gateway promises its callers, in its default configuration. */
export function clientContract(
  connect: Connect,
  getTarget: () => ClientUnderTest,
  readExtensions: ReadExtensions = ({ extensions }) => extensions,
): void {
  let clinic: Clinic;
  let run: Run;
  beforeEach(async () => {
    clinic = await getTarget().service.newClinic();
    run = await connect(getTarget().url, clinic.token);
  });

  const runLogged = async (document: string, variables: Variables) => {
    const { result, lines } = await withLines(getTarget().service, () => run(document, variables));
    return { ...result, line: lines.at(-1)! };
  };
  const failWith = async (document: string, variables: Variables, by: Run = run) => {
    const { errors } = await by(document, variables);
    return readExtensions(errors![0]!);
  };
  const create = async (expressCustomerName: string) => {
    const { data, line } = await runLogged(CREATE, {
      input: { expressCustomerName, metadata: { region: 'north' } },
    });
    return { id: data.createExpressCustomer.expressCustomerId as string, line };
  };

  it('creates and gets, and the repeated call skips the pipeline', async () => {
    await create('Anna');
    const { id, line } = await create('Berta');
    expect(line).toMatchObject({ operation: 'createExpressCustomer', repeated: true });
    await runLogged(GET, { id: 'unknown' });
    const got = await runLogged(GET, { id });
    expect(got.line).toMatchObject({ operation: 'expressCustomer', repeated: true });
    const { expressCustomer } = got.data;
    expect(expressCustomer).toMatchObject({ expressCustomerName: 'Berta', metadata: { region: 'north' }, version: 1 });
  });

  it('lists page after page, and the next page skips the pipeline', async () => {
    for (const name of ['Anna', 'Berta', 'Carla']) await create(name);
    const names: string[] = [];
    let after: string | null = null;
    do {
      const { data, line }: Result & { line: object } = await runLogged(LIST, { first: 2, after });
      const { nodes, pageInfo } = data.expressCustomers;
      names.push(...nodes.map((node: { expressCustomerName: string }) => node.expressCustomerName));
      if (after !== null) expect(line).toMatchObject({ operation: 'expressCustomers', repeated: true });
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(names).toEqual(['Carla', 'Berta', 'Anna']);
  });

  it('reads which rules an input breaks', async () => {
    expect(await failWith(CREATE, { input: { expressCustomerName: ' ' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: ['expressCustomerName'], code: 'BLANK' }],
      requestId,
    });
  });

  it('reads that a customer does not exist, and that somebody else was faster', async () => {
    const update = (input: object) => failWith(UPDATE, { input: { expressCustomerName: 'New', ...input } });
    expect(await update({ expressCustomerId: 'unknown' })).toMatchObject({ code: 'NOT_FOUND', requestId });
    const { id } = await create('Anna');
    const conflict = await update({ expressCustomerId: id, expectedVersion: 7 });
    expect(conflict).toMatchObject({ code: 'VERSION_CONFLICT', currentVersion: 1, requestId });
  });

  it('reads the code and the requestId of a refused credential', async () => {
    const stranger = await connect(getTarget().url, 'unknown');
    expect(await failWith(GET, { id: 'x' }, stranger)).toMatchObject({ code: 'UNAUTHENTICATED', requestId });
  });

  it('reads that its points are spent, before the operation is known and after', async () => {
    for (const variables of [{ first: 100 }, { first: 1 }]) {
      const { code, retryAfter, ...rest } = await failWith(LIST, variables);
      expect({ code, ...rest }).toMatchObject({ code: 'RATE_LIMITED', requestId });
      expect(retryAfter).toBeGreaterThan(0);
    }
  });
}
