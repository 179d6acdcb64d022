import { onEachEngine, type Engine } from '../../support/engines.js';
import { startService, type Service } from '../../support/service.js';

describe('the refusal of a call without a valid credential', () => {
  const refusalOn = async (engine: Engine, environment: NodeJS.ProcessEnv = {}): Promise<string> => {
    const service = await startService(engine, environment);
    const { body } = await service.request('/graphql', { method: 'POST' });
    await service.stop();
    return body.errors![0]!.message;
  };

  it('names the file of the demo key with the embedded engine, and none elsewhere', async () => {
    expect(await refusalOn('embedded')).toMatch(/Authorization: Bearer avk_.*The demo key is in .*api-key/);
    expect(await refusalOn('postgresql')).toMatch(/Authorization: Bearer avk_[^/]*$/);
  });
});

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it.each([undefined, 'Bearer', 'Bearer avk_x', 'Basic dTpw', `Bearer avk_${'0'.repeat(43)}_${'0'.repeat(49)}`])(
    'answers 401 to the credential %p',
    async (authorization) => {
      const answer = await service.request('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(answer.body.errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    },
  );
});
