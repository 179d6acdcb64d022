import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser, openPage, watch } from '../support/browser.js';
import { startService, type Service } from '../support/service.js';

/** What GraphiQL itself breaks in the explorer: its tabs have buttons in them, and its editor dims the number of an empty line. */
const FAULTS_OF_GRAPHIQL =
  /^(nested-interactive: <li [^>]*class="graphiql-tab|color-contrast: <div class="line-numbers )/;

interface PageToCheck {
  /** With CUSTOMER for the id of a customer. */
  path: string;
  /** What is there once it is ready. */
  ready: (page: Page) => Locator;
  /** Faults that a program of others has there. */
  excepted?: RegExp;
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

const PAGES: PageToCheck[] = [
  { path: '/', ready: heading },
  { path: '/docs/', ready: heading },
  { path: '/docs/errors', ready: heading },
  { path: '/customers', ready: (page) => page.getByRole('link', { name: 'Northern Imaging' }) },
  { path: '/customers?search=nothing', ready: (page) => page.getByText('No customers') },
  { path: '/customers/new', ready: heading },
  { path: '/customers/CUSTOMER', ready: (page) => page.getByRole('heading', { name: 'Northern Imaging' }) },
  { path: '/customers/keys', ready: (page) => page.getByText('Used by this page') },
  { path: `/customers/cus_${'0'.repeat(32)}`, ready: (page) => page.getByText('There is no such customer') },
  { path: '/v1/docs', ready: (page) => page.getByText('Creates a customer').first() },
  {
    path: '/explorer',
    ready: (page) => page.locator('.graphiql-query-editor .view-line').first(),
    excepted: FAULTS_OF_GRAPHIQL,
  },
];

/** A telephone, a desk, and a desk at 200 %, whose pixels count twice. */
const SCREENS = [
  { name: 'a telephone', width: 360, height: 740, deviceScaleFactor: 3 },
  { name: 'a desk', width: 1280, height: 800, deviceScaleFactor: 1 },
  { name: 'a desk at 200 %', width: 640, height: 400, deviceScaleFactor: 2 },
];

let browser: Browser;
let service: Service;
let axe: string;
let customerId: string;
beforeAll(async () => {
  axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  browser = await openBrowser();
  service = await startService('embedded', { NODE_ENV: 'development', DOCS: 'true' });
  const { body } = await service.graphql(
    service.app.demoKey!,
    'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { expressCustomerId } }',
    { input: { expressCustomerName: 'Northern Imaging', metadata: { region: 'north' } } },
  );
  customerId = body.data!.createExpressCustomer.expressCustomerId as string;
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

/** Through the debugger: the policy of a page admits no script. */
async function findFaults(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    `${axe}; axe.run()`,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe.each(PAGES)('$path', ({ path, ready, excepted = /^$/ }) => {
  it.each(SCREENS)('has no fault of accessibility on $name, light and dark, and fits', async (screen) => {
    const { width, height, deviceScaleFactor } = screen;
    const page = await openPage(browser, { viewport: { width, height }, deviceScaleFactor });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${service.url}${path.replace('CUSTOMER', customerId)}`);
      await ready(page).waitFor();
      const faults = await findFaults(page);
      expect(faults.filter((fault) => !excepted.test(fault))).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
    await page.close();
  });

  it('asks no other host, breaks no rule of its policy, and has a policy without exceptions for inline code', async () => {
    const page = await openPage(browser);
    const seen = watch(page, service.url);
    const response = await page.goto(`${service.url}${path.replace('CUSTOMER', customerId)}`);
    await ready(page).waitFor();
    expect(seen).toEqual({ foreign: [], complaints: [] });
    const policy = response!.headers()['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-(inline|eval|hashes)/);
    await page.close();
  });
});
