import type { Browser, Page } from 'playwright-core';
import { openBrowser, picture, watch } from '../support/browser.js';
import { startService, type Service } from '../support/service.js';

let browser: Browser;
let service: Service;
let page: Page;
let seen: ReturnType<typeof watch>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  service = await startService('embedded', { NODE_ENV: 'development' });
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  seen = watch(page, service.url);
  await page.goto(`${service.url}/explorer`);
});
afterEach(async () => {
  await page.close();
  await service.stop();
});

const run = () => page.getByRole('button', { name: /execute query/i }).click();
const answer = () => page.locator('.graphiql-response .view-lines');
const tab = (title: string) => page.locator('.graphiql-tab-button', { hasText: title });
const customers = () => service.dataSource.query('SELECT count(*)::int AS n FROM express_customers');

it('creates a customer with the first click, asks no other host, and breaks no rule of its policy', async () => {
  await run();
  await answer()
    .getByText(/"cus_[0-9a-f]{32}"/)
    .waitFor();
  expect(await customers()).toEqual([{ n: 1 }]);
  await picture(page, 'explorer');
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('finds the customer in the next tab, and still knows the key after a reload', async () => {
  await run();
  await answer().getByText('"createExpressCustomer"').waitFor();
  await tab('FindExpressCustomers').click();
  await run();
  await answer().getByText('"totalCount"').waitFor();
  await page.reload();
  await tab('CreateExpressCustomer').click();
  await run();
  await answer().getByText('"createExpressCustomer"').waitFor();
  expect(await customers()).toEqual([{ n: 2 }]);
  expect(seen).toEqual({ foreign: [], complaints: [] });
});
