import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, picture, watch } from '../support/browser.js';
import { startService, type Service } from '../support/service.js';

let browser: Browser;
let service: Service;
let page: Page;
beforeAll(async () => {
  browser = await openBrowser();
  service = await startService('embedded', { NODE_ENV: 'development' });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
});
afterEach(() => page.close());

it('the start page is plain to everybody, light and dark, and leads to the explorer', async () => {
  const seen = watch(page, service.url);
  await page.goto(service.url);
  const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Through the debugger: the page's policy admits no script.
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
      `${axe}; axe.run()`,
    );
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await picture(page, `start-page-${colorScheme}`);
  }
  await page.getByRole('link', { name: 'Explorer' }).first().click();
  await page.getByRole('button', { name: /execute query/i }).waitFor();
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it.each(['/', '/explorer', '/v1/docs'])('%s fits a telephone: nothing is cut off to the right', async (path) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${service.url}${path}`);
  await page
    .getByText(/Where to go|Variables|Creates a customer/)
    .first()
    .waitFor();
  const right = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(right).toBeLessThanOrEqual(360);
});

it('the REST reference asks no other host', async () => {
  const seen = watch(page, service.url);
  await page.goto(`${service.url}/v1/docs`);
  await page.getByText('/v1/express/{expressCustomerId}').first().waitFor();
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('the Sandbox page comes with the create and the demo key, and leads on to the explorer where its script cannot be loaded', async () => {
  await page.route(/^https/, (route) => route.abort());
  await page.goto(`${service.url}/graphql`);
  const html = await page.content();
  expect(html).toContain('createExpressCustomer');
  expect(html).toContain(service.app.demoKey!.token);
  await page.getByRole('link', { name: 'explorer' }).click();
  await page.getByRole('button', { name: /execute query/i }).waitFor();
});
