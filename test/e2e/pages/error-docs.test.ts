import { startService, type Answer, type Service } from '../../support/service.js';
import { sendRaw } from '../../support/clients/raw-http.js';

let service: Service;
beforeAll(async () => {
  service = await startService('embedded', { DOCS: 'true' });
});
afterAll(() => service.stop());

const docsOf = ({ body }: Pick<Answer, 'body'>): unknown => body.errors?.[0]?.extensions.docs ?? body.docs;
const codeOf = ({ body }: Pick<Answer, 'body'>): string =>
  String(body.errors?.[0]?.extensions.code ?? body.code).toLowerCase();

it('every error names the place that explains it, through every API and before any of them', async () => {
  const clinic = await service.newClinic();
  const headers = { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' };
  const document = 'query($id: ID!) { expressCustomer(expressCustomerId: $id) { users(first: 1000) { totalCount } } }';
  const answers = [
    // The second one runs from a kept plan.
    await service.graphql(clinic, document, { id: 'cus_1' }),
    await service.graphql(clinic, document, { id: 'cus_1' }),
    await service.graphql(
      clinic,
      'mutation { deactivateExpressCustomer(input: { expressCustomerId: "cus_1" }) { id } }',
    ),
    await service.graphql(clinic, '{'),
    await service.graphql(clinic, '{ nothing }'),
    await service.graphql({ token: 'none' }, '{ __typename }'),
    await service.request('/graphql', { method: 'POST', headers, body: '[]' }),
    await service.request('/v1/express', { method: 'POST', headers, body: '{}' }),
    await service.request('/v1/express/cus_1', { headers }),
    await service.request('/v1/express', { method: 'PUT', headers }),
    await service.request('/nowhere'),
    await service.request('/v1/express/%ff', { headers }),
  ];
  const page = (await service.request('/docs/errors')).text;
  for (const answer of answers) {
    const code = codeOf(answer);
    expect([code, docsOf(answer)]).toEqual([code, `/docs/errors#${code}`]);
    expect(page).toContain(`id="${code}"`);
  }
  expect(new Set(answers.map(codeOf)).size).toBeGreaterThan(5);
});

it('every refusal before an API sees the request names such a place: sizes, media types, methods, addresses and rates', async () => {
  const strict = await startService('embedded', { DOCS: 'true', RATE_LIMIT_POINTS: '20' });
  const clinic = await strict.newClinic();
  const headers = { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' };
  const post = (path: string, body: string, more = {}) =>
    strict.request(path, { method: 'POST', headers: { ...headers, ...more }, body });
  const large = JSON.stringify({ query: `{ __typename } #${'x'.repeat(3_000_000)}`, expressCustomerName: 'x' });
  const query = JSON.stringify({ query: '{ expressCustomers(first: 100) { totalCount } }' });
  const answers = [
    await post('/graphql', large),
    await post('/v1/express', large),
    await post('/graphql', JSON.stringify({ query: `{ __typename } #${'x'.repeat(500_000)}` })),
    await post('/graphql', query, { accept: 'text/csv' }),
    await post('/graphql', query, { 'content-type': 'text/plain' }),
    await strict.request('/graphql', { method: 'PUT', headers }),
    await strict.request('/graphql?query={__typename}'),
    await strict.request(`/v1/express/${'x'.repeat(20_000)}`, { headers }),
    await post('/graphql', query),
    await strict.request('/v1/express', { headers }),
  ];
  const seen = answers.map((answer) => [answer.status, codeOf(answer), docsOf(answer)]);
  expect(seen).toEqual(seen.map(([status, code]) => [status, code, `/docs/errors#${code as string}`]));
  expect(seen.map(([status]) => status).filter((status) => Number(status) < 400)).toEqual([]);
  const statuses = [...new Set(seen.map(([status]) => status))].sort();
  await strict.stop();
  expect(statuses).toEqual([400, 401, 405, 406, 413, 429, 431]);
});

it('what is not HTTP is answered with such a place too', async () => {
  const [answer] = await sendRaw(service.url, 'NOT HTTP\r\n\r\n', 1);
  expect(answer!.body).toContain('"docs":"/docs/errors#bad_user_input"');
});

it('errors name no place where the documentation is not served', async () => {
  const closed = await startService('embedded', { NODE_ENV: 'production', DOCS: '' });
  expect(docsOf(await closed.request('/nowhere'))).toBeUndefined();
  await closed.stop();
});
