import type { Browser, Page } from 'playwright-core';
import { findAccessibilityFaults, openBrowser, picture, watch } from '../support/browser.js';
import { startService, type Service } from '../support/service.js';

let browser: Browser;
let service: Service;
let page: Page;
let seen: ReturnType<typeof watch>;
beforeAll(async () => {
  browser = await openBrowser();
  service = await startService('embedded', { NODE_ENV: 'development' });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1200, height: 860 }, locale: 'en-US', timezoneId: 'UTC' });
  page.setDefaultTimeout(15_000);
  seen = watch(page, service.url);
});
afterEach(() => page.close());

const demo = () => ({ token: service.app.demoKey!.token });

async function create(input: Record<string, unknown>): Promise<string> {
  const { body } = await service.graphql(
    demo(),
    'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id } }',
    { input },
  );
  return body.data!.createExpressCustomer.id as string;
}

const names = () => page.locator('.customers a').allInnerTexts();
const status = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).first().waitFor();

it('a person creates a customer and finds it again, signed in with the demo key', async () => {
  await page.goto(`${service.url}/customers`);
  await page.getByRole('link', { name: 'New customer' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('City Medical Center');
  await page.getByLabel('Key 1').fill('region');
  await page.getByLabel('Value 1').fill('northeast');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'City Medical Center' }).waitFor();
  await picture(page, 'dashboard-customer');
  await page.getByRole('link', { name: 'Customers', exact: true }).click();
  await page.getByLabel('Search by name').fill('medical');
  await status('1 of 1 customer');
  expect(await names()).toEqual(['City Medical Center']);
  await picture(page, 'dashboard');
  expect(await findAccessibilityFaults(page)).toEqual([]);
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('scrolling brings every customer once', async () => {
  for (let number = 0; number < 60; number++) await create({ expressCustomerName: `Scrolled ${number}` });
  await page.goto(`${service.url}/customers?search=scrolled`);
  await status('25 of 60 customers');
  const isComplete = () => page.getByRole('status').filter({ hasText: '60 of 60 customers' }).isVisible();
  while (!(await isComplete())) {
    await page.mouse.wheel(0, 20_000);
    await page.waitForTimeout(50);
  }
  expect(new Set(await names()).size).toBe(60);
});
