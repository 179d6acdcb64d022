import { isOnCitus, onEachEngine } from '../../support/engines.js';
import { startService, type Service } from '../../support/service.js';

const CREATE = `mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }`;

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it('logs each request as one line of JSON, without name, metadata or key, also when it fails', async () => {
    const canary = 'Wilhelmina Musterfrau';
    const clinic = await service.newClinic();
    const inputs = [
      { expressCustomerName: canary, metadata: { [canary]: canary } },
      { expressCustomerName: `${canary}\0` },
      { expressCustomerName: canary, metadata: { [canary]: [canary] }, [canary]: canary },
    ];
    const before = service.logLines().length;
    for (const input of inputs) await service.requestLine(await service.graphql(clinic, CREATE, { input }));
    // An unexpected failure of the database: its driver keeps the row in the error.
    await service.dataSource.query('ALTER TABLE express_customers ADD CONSTRAINT broken CHECK (version > 1) NOT VALID');
    const failed = await service.graphql(clinic, CREATE, { input: inputs[0] });
    await service.dataSource.query('ALTER TABLE express_customers DROP CONSTRAINT broken');
    expect(failed.body.errors![0]!.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(failed.text).not.toMatch(/Musterfrau|broken|violates/);
    await service.requestLine(failed);
    const lines = service.logLines().slice(before);
    const text = JSON.stringify(lines);
    expect(text).not.toContain('Musterfrau');
    expect(text).not.toContain(clinic.token.slice(-49));
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ code }) => code)).toEqual([
      'OK',
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
      'INTERNAL_SERVER_ERROR',
    ]);
    for (const line of requests) {
      expect(line).toMatchObject({ requestId: expect.any(String), actor: clinic.apiKeyId, ms: expect.any(Number) });
    }
    const { requestId } = failed.body.errors![0]!.extensions;
    expect(lines).toContainEqual(
      expect.objectContaining({ requestId, err: expect.objectContaining({ constraint: 'broken', code: '23514' }) }),
    );
  });
});

const unlessOnCitus: typeof onEachEngine = isOnCitus ? () => undefined : onEachEngine;

// By a trigger, which Citus has not on its tables.
unlessOnCitus((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it.each(['53100', '55P03', '57014', '40003'])(
    'says why a request is answered 503: PostgreSQL reports %s',
    async (code) => {
      const clinic = await service.newClinic();
      const input = { expressCustomerName: 'A' };
      await service.graphql(clinic, CREATE, { input });
      await service.dataSource.query(`
      CREATE FUNCTION fail_on_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the words of PostgreSQL' USING ERRCODE = '${code}', DETAIL = 'a row'; END $$;
      CREATE TRIGGER fail_on_purpose BEFORE INSERT ON express_customers FOR EACH STATEMENT EXECUTE FUNCTION fail_on_purpose()`);
      const headers = { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/json' };
      const answers = [
        await service.graphql(clinic, CREATE, { input }),
        await service.graphql(clinic, `${CREATE} # not kept`, { input }),
        await service.request('/v1/express', { method: 'POST', headers, body: JSON.stringify(input) }),
      ];
      await service.dataSource.query(
        'DROP TRIGGER fail_on_purpose ON express_customers; DROP FUNCTION fail_on_purpose',
      );
      for (const answer of answers) {
        expect([answer.status, answer.text]).toEqual([503, expect.not.stringContaining('PostgreSQL')]);
        const line = await service.requestLine(answer);
        expect(line).toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: `${code} the words of PostgreSQL` });
      }
    },
  );
});
