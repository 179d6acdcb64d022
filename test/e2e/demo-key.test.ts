import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { startService, type Service } from '../support/service.js';

let service: Service | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
});

/** A page as a browser gets it that knows the service by a name. `fetch` would not send another Host. */
async function page(path: string, host: string): Promise<string> {
  const url = new URL(path, service!.url);
  return new Promise((resolve, reject) => {
    request(url, { headers: { host, accept: 'text/html' } }, (response) => resolve(text(response)))
      .once('error', reject)
      .end();
  });
}

const PAGES = ['/', '/explorer', '/graphql'];

it('is on the pages for trying operations where they are asked for by a loopback name', async () => {
  service = await startService('embedded');
  const { token } = service.app.demoKey!;
  for (const host of ['localhost', 'localhost:4000', 'LOCALHOST:4000', '127.0.0.1:4000', '[::1]:4000'])
    for (const path of ['/explorer', '/graphql']) expect(await page(path, host)).toContain(token);
}, 30_000);

it.each(['attacker.example', 'localhost.attacker.example', '127.0.0.1.nip.io', '192.168.0.10:4000', '0.0.0.0'])(
  'is on no page that is asked for as %s, which a foreign site may have resolved to this machine',
  async (host) => {
    service = await startService('embedded');
    const { token } = service.app.demoKey!;
    for (const path of PAGES) expect(await page(path, host)).not.toContain(token);
    for (const path of ['/explorer', '/graphql']) expect(await page(path, host)).toMatch(/\\u003cyour API key/);
  },
  30_000,
);

it.each(['0.0.0.0', '::', '192.168.0.10'])(
  'is on no page where the service listens on %s',
  async (HOST) => {
    service = await startService('embedded', { HOST });
    const { token } = service.app.demoKey!;
    for (const path of PAGES) expect(await page(path, 'localhost:4000')).not.toContain(token);
  },
  30_000,
);

it('comes with security headers, on the Sandbox page as well', async () => {
  service = await startService('embedded');
  for (const path of PAGES) {
    const { headers } = await service.request(path, { headers: { accept: 'text/html' } });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
});
