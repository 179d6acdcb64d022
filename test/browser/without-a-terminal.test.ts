import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, watch } from '../support/browser.js';
import { startService, type Service } from '../support/service.js';

/** With UPDATE=1 the pictures of README are taken again. */
const FOLDER = process.env.UPDATE ? 'docs/images' : undefined;
const SIZE = { width: 1200, height: 800 };
const OTHERS = [
  'Lakeside Clinic',
  'Northern Imaging',
  'Harbour Radiology',
  'St. Anna Cardiology',
  'Valley Orthopaedics',
];

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

const button = (name: string) => page.getByRole('button', { name, exact: true });
const link = (name: string) => page.getByRole('link', { name, exact: true });
const said = (text: string) => page.getByRole('status').filter({ hasText: text }).first().waitFor();
const events = () => page.getByRole('region', { name: 'History' }).getByRole('listitem');

/** Keeps a picture of the view, light and dark. */
async function takePictures(name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    if (FOLDER)
      await page.screenshot({ path: `${FOLDER}/dashboard-${name}-${colorScheme}.png`, animations: 'disabled' });
  }
}

/** What a view has said covers a part of its picture for some seconds. */
async function untilNothingIsSaid(): Promise<void> {
  if (FOLDER) await page.locator('.notice').waitFor({ state: 'hidden' });
}

/** Somebody else at another screen, with the demo key. */
async function ask(query: string, variables: Record<string, unknown>): Promise<Record<string, any>> {
  const { body } = await service.graphql(service.app.demoKey!, query, variables);
  return body.data!;
}

async function createOthers(): Promise<void> {
  for (const [number, expressCustomerName] of OTHERS.entries())
    await ask('mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id } }', {
      input: {
        expressCustomerName,
        externalReferenceId: `ris-${4711 + number}`,
        metadata: { department: 'radiology', region: number % 2 ? 'northeast' : 'west' },
      },
    });
}

async function createCustomer(): Promise<void> {
  await link('New customer').first().click();
  await button('Create').click();
  await page.locator('[aria-invalid="true"]').first().waitFor();
  await page.getByLabel('Name', { exact: true }).fill('City Medical Center');
  await page.getByLabel('Key 1').fill('department');
  await page.getByLabel('Value 1').fill('cardiology');
  await button('Create').click();
  await page.getByRole('heading', { name: 'City Medical Center', level: 1 }).waitFor();
}

async function findCustomer(): Promise<void> {
  await link('Customers').click();
  await untilNothingIsSaid();
  await page.getByText(`${OTHERS.length + 1} of ${OTHERS.length + 1} customers`).waitFor();
  await takePictures('list');
  await page.getByLabel('Search by name').fill('medical');
  await page.getByText('1 of 1 customer').waitFor();
  await link('City Medical Center').click();
}

async function changeCustomer(): Promise<void> {
  await button('Edit').click();
  await page.getByLabel('Name', { exact: true }).fill('City Medical Center - Cardiology');
  await page.getByLabel('Value 1').fill('heart');
  await button('Save').click();
  await said('Saved.');
}

/** Somebody else changes the customer while its view is open. */
async function followCustomer(): Promise<void> {
  await events().nth(1).waitFor();
  const expressCustomerId = new URL(page.url()).pathname.split('/').at(-1);
  await ask(
    'mutation($input: EditExpressCustomerMetadataInput!) { editExpressCustomerMetadata(input: $input) { id } }',
    {
      input: { expressCustomerId, set: { region: 'northeast' } },
    },
  );
  await events().nth(2).waitFor();
  expect(await events().first().innerText()).toMatch(/version 3[^]*API key[^]*northeast/);
  await page.getByText('region: northeast').waitFor();
  await takePictures('customer');
}

async function makeReadOnlyKey(): Promise<string> {
  await link('API keys').click();
  await page.getByLabel('What it is for').fill('Nightly report');
  await button('Create the key').click();
  const dialog = page.getByRole('dialog', { name: 'Store the new key now' });
  await dialog.waitFor();
  const token = await page.getByLabel('The new key', { exact: true }).innerText();
  await button('I have stored it').click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: 'Nightly report' }).waitFor();
  await untilNothingIsSaid();
  await page.getByRole('heading', { name: 'Keys of the clinic' }).evaluate((heading) => heading.scrollIntoView());
  await takePictures('keys');
  return token;
}

it('a person creates, finds, changes and follows a customer and makes a read-only key without a terminal', async () => {
  await createOthers();
  page = await openPage(browser, { viewport: SIZE, locale: 'en-US', timezoneId: 'UTC' });
  const seen = watch(page, service.url);
  await page.goto(service.url);
  await link('Dashboard').click();
  await createCustomer();
  await findCustomer();
  await changeCustomer();
  await followCustomer();
  const token = await makeReadOnlyKey();
  const read = await service.graphql({ token }, '{ expressCustomers(first: 1) { nodes { expressCustomerName } } }');
  expect(read.body.data!.expressCustomers.nodes).toHaveLength(1);
  const refused = await service.graphql(
    { token },
    'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }',
  );
  expect(refused.body.errors![0]!.extensions.code).toBe('FORBIDDEN');
  expect(seen).toEqual({ foreign: [], complaints: [] });
});
