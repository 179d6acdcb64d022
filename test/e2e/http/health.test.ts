import { onEachEngine } from '../../support/engines.js';
import { startService, type Service } from '../../support/service.js';

onEachEngine((engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.stop());

  it('says that it lives and that it is ready, to anybody', async () => {
    expect(await service.request('/livez')).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await service.request('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });
});
