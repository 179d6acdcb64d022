import { formatApiKeyToken, parseApiKeyToken } from '../../../src/identity/api-key-token.js';
import { onEachEngine } from '../../support/engines.js';
import { startService, type Answer, type Clinic, type Service } from '../../support/service.js';
import { copyClinic } from '../../support/twin-clinics.js';

/** Look-ups of one row, where another clinic has a row of the same id. Each is tried from both, as one of them comes first. */
onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  const send = ({ token }: Clinic, method: string, path: string, headers: object, body?: object): Promise<Answer> =>
    service.request(`/v1/express${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });

  /** A clinic with a key that has the id of a key of another clinic, and a secret of its own. */
  async function newTwin({ apiKeyId }: Clinic): Promise<Clinic> {
    const { clinicId, token } = await service.newClinic();
    await service.dataSource.query('UPDATE api_keys SET api_key_id = $1 WHERE clinic_id = $2', [apiKeyId, clinicId]);
    const { secret } = parseApiKeyToken(token) as { secret: string };
    return { clinicId, apiKeyId, token: formatApiKeyToken({ clinicId, apiKeyId, secret }) };
  }

  it('proves a key by the hash of its own clinic', async () => {
    const own = await service.newClinic();
    const twin = await newTwin(own);
    for (const clinic of [own, twin]) expect((await send(clinic, 'GET', '', {})).status).toBe(200);
  });

  it('answers a retry with the customer of its own clinic', async () => {
    const own = await service.newClinic();
    const twin = await newTwin(own);
    const create = (clinic: Clinic, retry: string) =>
      send(clinic, 'POST', '', { 'x-stainless-retry-count': retry }, { expressCustomerName: 'Same id' });
    const { body } = await create(own, '0');
    await copyClinic(service.dataSource, own.clinicId, twin.clinicId);
    const earlier = new Date(Date.parse(body.createdAt as string) - 3_600_000);
    await service.dataSource.query('UPDATE express_customers SET created_at = $1 WHERE clinic_id = $2', [
      earlier,
      twin.clinicId,
    ]);
    const { expressCustomerId } = body;
    expect((await create(own, '1')).body).toMatchObject({ expressCustomerId, createdAt: body.createdAt });
    expect((await create(twin, '1')).body).toMatchObject({ expressCustomerId, createdAt: earlier.toISOString() });
  });

  it('recognises the retry of a change by the event of its own clinic', async () => {
    const own = await service.newClinic();
    const twin = await newTwin(own);
    const { body } = await send(own, 'POST', '', {}, { expressCustomerName: 'Before' });
    await copyClinic(service.dataSource, own.clinicId, twin.clinicId);
    const rename = (clinic: Clinic, expressCustomerName: string, retry: string) =>
      send(
        clinic,
        'PATCH',
        `/${body.expressCustomerId}`,
        { 'if-match': '"1"', 'x-stainless-retry-count': retry },
        { expressCustomerName },
      );
    for (const retry of ['0', '1']) {
      expect((await rename(own, 'Own', retry)).status).toBe(200);
      expect((await rename(twin, 'Twin', retry)).status).toBe(200);
    }
    expect((await rename(own, 'Twin', '1')).status).toBe(412);
  });
});
