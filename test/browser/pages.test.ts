import type { Browser, Page } from 'playwright-core';
import { findAccessibilityFaults, openBrowser, openContext, openPage, picture, watch } from '../support/browser.js';
import { startService, type Service } from '../support/service.js';

let browser: Browser;
let service: Service;
let page: Page;
beforeAll(async () => {
  browser = await openBrowser();
  service = await startService('embedded', { NODE_ENV: 'development', DOCS: 'true' });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
beforeEach(async () => {
  page = await openPage(browser, { viewport: { width: 1000, height: 700 } });
});
afterEach(() => page.close());

it.each([
  ['/', 'Where to go'],
  ['/docs/', 'First five minutes'],
  ['/docs/errors', 'BAD_USER_INPUT'],
  ['/docs/graphql-reference', 'Mutation.createExpressCustomer'],
  ['/v1/docs', 'Creates a customer'],
])('%s is plain to everybody, light and dark, and asks no other host', async (path, text) => {
  const seen = watch(page, service.url);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${service.url}${path}`);
    await page.getByText(text).first().waitFor();
    if (path === '/v1/docs') await page.getByText('Creates a customer').click();
    expect(await findAccessibilityFaults(page)).toEqual([]);
    await picture(page, `page${path.replaceAll('/', '-')}-${colorScheme}`);
  }
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it.each(['light', 'dark'] as const)('/explorer is plain to everybody, in %s colours too', async (colorScheme) => {
  const seen = watch(page, service.url);
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.emulateMedia({ colorScheme });
  await page.goto(`${service.url}/explorer`);
  await page.getByText('Root Types').waitFor();
  // GraphiQL's own: the pale numbers and comments of its editors, and that a tab has the button that closes it inside itself.
  const rules = { 'nested-interactive': { enabled: false } };
  expect(await findAccessibilityFaults(page, { exclude: ['.monaco-editor'] }, { rules })).toEqual([]);
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('the start page leads to the explorer', async () => {
  await page.goto(service.url);
  await page.getByRole('link', { name: 'Explorer' }).first().click();
  await page.getByRole('button', { name: /execute query/i }).waitFor();
});

it('the documentation finds a text without another host, by the keyboard alone', async () => {
  const seen = watch(page, service.url);
  await page.goto(`${service.url}/docs/`);
  await page.keyboard.press('/');
  await page.keyboard.type('idempot conflict');
  await page.getByRole('search').getByRole('link').first().waitFor();
  await page.getByRole('searchbox').fill('optimistic concurr');
  await page.getByRole('search').getByText('REST guide').first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/docs\/[\w-]+\.html#/);
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('a sample is copied by its button, and a printed page shows the text alone', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${service.url}/docs/rest`);
  await page.getByRole('button', { name: 'Copy' }).first().click();
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain('curl');
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
  expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true);
});

it('samples have a tab for each language, which is kept; without a script and on paper all languages are shown', async () => {
  await page.goto(`${service.url}/docs/samples`);
  const codes = () => page.locator('.code:visible').count();
  const tabs = page.getByRole('tablist').first();
  await tabs.getByRole('tab', { name: 'Python' }).click();
  expect(await page.getByRole('tab', { selected: true }).allInnerTexts()).toEqual(['Python', 'Python', 'Python']);
  await page.keyboard.press('ArrowRight');
  await page.reload();
  expect(await page.getByRole('tab', { selected: true }).allInnerTexts()).toEqual(['C#', 'C#', 'C#']);
  await page.getByRole('tabpanel', { name: 'C#' }).first().getByText('HttpClient').first().waitFor();
  expect(await codes()).toBe(4);
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await picture(page, 'page-samples');
  await page.emulateMedia({ media: 'print' });
  expect(await codes()).toBe(13);
  expect(await tabs.isVisible()).toBe(false);
  const plain = await openContext(browser, { javaScriptEnabled: false });
  const plainPage = await plain.newPage();
  await plainPage.goto(`${service.url}/docs/samples`);
  expect(await plainPage.locator('.code:visible').count()).toBe(13);
  expect(await plainPage.getByText('Python', { exact: true }).first().isVisible()).toBe(true);
  await plain.close();
});

it('the REST reference creates a customer with the demo key that is filled in', async () => {
  await page.goto(`${service.url}/v1/docs`);
  await page.getByText('Creates a customer').click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await page.locator('.live-responses-table').getByText('cus_').first().waitFor();
  expect(await service.dataSource.query('SELECT count(*)::int AS n FROM express_customers')).toEqual([{ n: 1 }]);
});

it.each(['/', '/explorer', '/graphql', '/v1/docs', '/docs/', '/docs/errors', '/docs/graphql-reference'])(
  '%s fits a telephone: nothing is cut off to the right',
  async (path) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${service.url}${path}`);
    await page
      .getByText(/Where to go|Variables|loads from the internet|Creates a customer|Pages/)
      .first()
      .waitFor();
    const right = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(right).toBeLessThanOrEqual(360);
  },
);

// Apollo's script needs the internet; what stands for it here does what our page relies on.
const APOLLO = `self.EmbeddedSandbox = function (options) {
  self.options = options;
  document.querySelector(options.target).append(document.createElement('iframe'));
};`;

it.each(['light', 'dark'] as const)(
  'the Sandbox page hands the create and the demo key to the script of Apollo, in %s colours too',
  async (colorScheme) => {
    const seen = watch(page, service.url);
    await page.emulateMedia({ colorScheme });
    await page.route(/^https/, (route) => route.fulfill({ body: APOLLO, contentType: 'text/javascript' }));
    await page.goto(`${service.url}/graphql`);
    await page.locator('iframe').waitFor();
    const options = await page.evaluate<{ initialState: Record<string, unknown> }>('self.options');
    expect(options).toMatchObject({ initialEndpoint: `${service.url}/graphql`, allowDynamicStyles: false });
    expect(options.initialState).toMatchObject({
      document: expect.stringContaining('createExpressCustomer'),
      headers: { authorization: `Bearer ${service.app.demoKey!.token}` },
    });
    const { height } = (await page.locator('iframe').boundingBox())!;
    expect(height).toBeGreaterThan(400);
    expect(await findAccessibilityFaults(page)).toEqual([]);
    const [script] = seen.foreign;
    expect(await page.getByText(new URL(script!).host).isVisible()).toBe(true);
    expect(seen).toEqual({ foreign: [script], complaints: [] });
    await picture(page, `page-sandbox-${colorScheme}`);
  },
);

it('the Sandbox page leads on to the explorer where the script of Apollo cannot be loaded', async () => {
  await page.route(/^https/, (route) => route.abort());
  await page.goto(`${service.url}/graphql`);
  await page.getByRole('alert').getByRole('link', { name: 'explorer' }).click();
  await page.getByRole('button', { name: /execute query/i }).waitFor();
});
