import { startService, type Answer, type Service } from '../../support/service.js';
import { sendRaw } from '../../support/raw-http.js';

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

it('what is not HTTP is answered with such a place too', async () => {
  const [answer] = await sendRaw(service.url, 'NOT HTTP\r\n\r\n', 1);
  expect(answer!.body).toContain('"docs":"/docs/errors#bad_user_input"');
});

it('errors name no place where the documentation is not served', async () => {
  const closed = await startService('embedded', { NODE_ENV: 'production', DOCS: '' });
  expect(docsOf(await closed.request('/nowhere'))).toBeUndefined();
  await closed.stop();
});
