import { onEachEngine } from '../support/engines.js';
import { copyClinic } from '../support/twin-clinics.js';
import { startService, type Answer, type Clinic, type Service } from '../support/service.js';
import { newUserId } from '../support/world.js';

interface Try {
  /** Which try of its client library this is: the text of the header X-Stainless-Retry-Count. */
  retry?: string;
  ifMatch?: string;
  body?: object;
}

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  function send({ token }: Pick<Clinic, 'token'>, call: string, { retry, ifMatch, body }: Try): Promise<Answer> {
    const [method, path] = call.split(' ') as [string, string];
    return service.request(`/v1/express${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(retry !== undefined && { 'x-stainless-retry-count': retry }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async function newCustomer(): Promise<{ clinic: Clinic; id: string }> {
    const clinic = await service.newClinic();
    const body = { expressCustomerName: 'Before', metadata: { a: '1', 'a.b': '2', gone: '3' } };
    const created = await send(clinic, 'POST ', { body });
    return { clinic, id: created.body.expressCustomerId as string };
  }

  const userId = newUserId();

  describe.each<[string, string, object | undefined]>([
    ['an update', 'PATCH /ID', { expressCustomerName: 'After', metadata: { 'a.b': '2', a: '4', new: '5' } }],
    ['an update of the name alone', 'PATCH /ID', { expressCustomerName: 'After' }],
    ['an update that clears metadata', 'PATCH /ID', { metadata: null }],
    ['a deactivation', 'POST /ID/deactivate', undefined],
    ['an addition of a user', 'POST /ID/users', { userId }],
  ])('%s with If-Match whose reply was lost', (_, call, body) => {
    const change = (who: Clinic, id: string, retry: string, ifMatch: string) =>
      send(who, call.replace('ID', id), { retry, ifMatch, ...(body && { body }) });

    it('succeeds when its client repeats it, and is made once', async () => {
      const { clinic, id } = await newCustomer();
      const first = await change(clinic, id, '0', '"1"');
      expect(first.status).toBe(200);
      for (const retry of ['1', '2'])
        expect(await change(clinic, id, retry, '"1"')).toMatchObject({ status: 200, body: first.body });
      expect((await send(clinic, `GET /${id}`, {})).headers.get('etag')).toBe('"2"');
    });

    it('is refused when it is no retry, another caller made the version, or others have changed it since', async () => {
      const { clinic, id } = await newCustomer();
      expect((await change(clinic, id, '0', '"1"')).status).toBe(200);
      expect((await change(clinic, id, '0', '"1"')).status).toBe(412);
      expect((await change(await service.newKey(clinic), id, '1', '"1"')).status).toBe(412);
      await send(clinic, `PATCH /${id}`, { body: { metadata: { moved: 'on' } } });
      expect((await change(clinic, id, '1', '"1"')).status).toBe(412);
    });
  });

  it('recognises a retry by the events of its own clinic, though another clinic has a customer of the same id', async () => {
    const { clinic, id } = await newCustomer();
    const twin = await service.newClinic();
    await copyClinic(service.dataSource, clinic.clinicId, twin.clinicId);
    const change = (who: Clinic, retry: string) =>
      send(who, `PATCH /${id}`, { ifMatch: '"1"', retry, body: { expressCustomerName: `By ${who.apiKeyId}` } });
    for (const who of [clinic, twin]) expect((await change(who, '0')).status).toBe(200);
    for (const who of [clinic, twin]) expect((await change(who, '1')).status).toBe(200);
  });

  it('answers 412 to a retry that asks for another change than the one its caller made', async () => {
    const { clinic, id } = await newCustomer();
    const first = { ifMatch: '"1"', body: { expressCustomerName: 'After', metadata: { a: '1' } } };
    expect((await send(clinic, `PATCH /${id}`, { ...first, retry: '0' })).status).toBe(200);
    for (const body of [
      { expressCustomerName: 'After' },
      { metadata: { a: '1' } },
      { expressCustomerName: 'Other', metadata: { a: '1' } },
      {},
    ])
      expect((await send(clinic, `PATCH /${id}`, { ifMatch: '"1"', retry: '1', body })).status).toBe(412);
  });

  it('reads a retry count that a proxy repeated as the highest number, so that a retry makes no second customer', async () => {
    const clinic = await service.newClinic();
    const body = { expressCustomerName: 'Repeated header' };
    const original = await send(clinic, 'POST ', { retry: '0, 0', body });
    for (const retry of ['1, 1', '0,2'])
      expect((await send(clinic, 'POST ', { retry, body })).body).toEqual(original.body);
  });

  it.each(['', 'x', '-1', '1.5', '1000', '1,', '1 1'])(
    'refuses the retry count "%s" by its name, and makes nothing',
    async (retry) => {
      const clinic = await service.newClinic();
      const refused = await send(clinic, 'POST ', { retry, body: { expressCustomerName: 'Malformed' } });
      expect(refused).toMatchObject({
        status: 400,
        body: { code: 'BAD_USER_INPUT', fields: [{ path: ['X-Stainless-Retry-Count'], code: 'INVALID' }] },
      });
      expect((await send(clinic, 'GET ', {})).body.expressCustomers).toEqual([]);
    },
  );
});
