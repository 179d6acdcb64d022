import type { Browser, Page } from 'playwright-core';
import { findAccessibilityFaults, openBrowser, openPage, picture, untilFollowing, watch } from '../support/browser.js';
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
  page = await openPage(browser, { viewport: { width: 1200, height: 860 }, locale: 'en-US', timezoneId: 'UTC' });
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

it('going back from a customer shows as many rows as before, where one was', async () => {
  for (let number = 0; number < 60; number++) await create({ expressCustomerName: `Returned ${number}` });
  await page.goto(`${service.url}/customers?search=returned`);
  await status('25 of 60 customers');
  const last = page.getByRole('link', { name: 'Returned 0', exact: true });
  while (!(await last.isVisible())) {
    await page.mouse.wheel(0, 20_000);
    await page.waitForTimeout(50);
  }
  await last.click();
  await page.getByRole('heading', { name: 'Returned 0' }).waitFor();
  const isRead = page.waitForResponse((response) => response.request().postData()?.includes('"Customers"') === true);
  await page.goBack();
  expect((await isRead).request().postDataJSON().variables.first).toBe(60);
  await status('60 of 60 customers');
  expect((await last.boundingBox())!.y).toBeLessThan(page.viewportSize()!.height);
});

it('filters and order are in the address, and come back with it', async () => {
  await create({ expressCustomerName: 'Filtered B', metadata: { region: 'west' }, externalReferenceId: 'ris-1' });
  await create({ expressCustomerName: 'Filtered A', metadata: { region: 'west' } });
  await create({ expressCustomerName: 'Filtered C' });
  await page.goto(`${service.url}/customers`);
  await page.getByLabel('Search by name').fill('filtered');
  await page.getByLabel('Order').selectOption('Name, A to Z');
  await page.getByText('More filters').click();
  await page.getByLabel('Metadata, as key=value').fill('region=west');
  await status('2 of 2 customers');
  expect(await names()).toEqual(['Filtered A', 'Filtered B']);
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.reload();
  await status('2 of 2 customers');
  await page.getByLabel('Reference').fill('ris-1');
  await status('1 of 1 customer');
  await page.getByLabel('State').selectOption('Deactivated');
  await status('No customers');
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await status(/of \d+ customers/);
});

it('a next page that fails is said, keeps what is shown, and may be asked for again', async () => {
  for (let number = 0; number < 30; number++) await create({ expressCustomerName: `Paged ${number}` });
  const body = JSON.stringify({ errors: [{ message: 'Not now.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
  await page.route('**/graphql', async (route) => {
    const { operationName, variables } = route.request().postDataJSON();
    if (operationName !== 'Customers' || !variables.after) return route.continue();
    return route.fulfill({ contentType: 'application/json', body });
  });
  await page.goto(`${service.url}/customers?search=paged`);
  await status('25 of 30 customers');
  const more = page.getByRole('button', { name: 'Load more' });
  await more.scrollIntoViewIfNeeded();
  await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor();
  await status('25 of 30 customers');
  await page.unroute('**/graphql');
  await more.click();
  await status('30 of 30 customers');
  await page.getByRole('alert').waitFor({ state: 'hidden' });
});

it('an answer that comes late does not replace the list of what was typed since', async () => {
  await create({ expressCustomerName: 'Typed early' });
  await create({ expressCustomerName: 'Typed late' });
  await page.goto(`${service.url}/customers`);
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/graphql', async (route) => {
    const { variables } = route.request().postDataJSON() as { variables: { filter?: { nameContains?: string } } };
    if (variables.filter?.nameContains === 'typed early') await isReleased;
    await route.continue().catch(() => undefined);
  });
  const isHeld = page.waitForRequest((request) => request.postData()?.includes('typed early') === true);
  await page.getByLabel('Search by name').fill('typed early');
  await isHeld;
  await page.getByLabel('Search by name').fill('typed late');
  await status('1 of 1 customer');
  release();
  await page.waitForTimeout(300);
  expect(await names()).toEqual(['Typed late']);
});

it('what the service objects to stands at the fields of the new customer', async () => {
  await page.goto(`${service.url}/customers/new`);
  await page.getByLabel('Name', { exact: true }).fill('   ');
  await page.getByLabel('Value 1').fill('a value without a key');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('alert').waitFor();
  const faultOf = async (label: string) => {
    const input = page.getByLabel(label, { exact: true });
    const fault = page.locator(`[id="${await input.getAttribute('aria-describedby')}"]`);
    return [await input.getAttribute('aria-invalid'), await fault.innerText()];
  };
  expect(await faultOf('Name')).toEqual(['true', 'The name needs a visible character.']);
  expect(await faultOf('Key 1')).toEqual(['true', 'A metadata key must not be empty.']);
  expect(await findAccessibilityFaults(page)).toEqual([]);
});

it('a double click creates one customer', async () => {
  await page.goto(`${service.url}/customers/new`);
  await page.getByLabel('Name', { exact: true }).fill('Clicked twice');
  // No answer before both clicks have sent.
  const keys: string[] = [];
  let release = () => {};
  const areSent = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/graphql', async (route) => {
    const { operationName, variables } = route.request().postDataJSON() as Record<string, any>;
    if (operationName === 'CreateCustomer') {
      if (keys.push(variables.input.idempotencyKey as string) === 2) release();
      await areSent;
    }
    await route.continue();
  });
  await page.getByRole('button', { name: 'Create' }).dblclick();
  await page.getByRole('heading', { name: 'Clicked twice' }).waitFor();
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  await page.goto(`${service.url}/customers?search=clicked+twice`);
  await status('1 of 1 customer');
});

it('what others create and change while the list is shown comes without losing the place', async () => {
  const id = await create({ expressCustomerName: 'Watched' });
  const isFollowing = untilFollowing(page);
  await page.goto(`${service.url}/customers?search=watched`);
  await status('1 of 1 customer');
  await isFollowing;
  const query = `mutation($input: UpdateExpressCustomerInput!) { updateExpressCustomer(input: $input) { version } }`;
  await service.graphql(demo(), query, { input: { expressCustomerId: id, expressCustomerName: 'Watched, renamed' } });
  await status('A customer was updated.');
  expect(await names()).toEqual(['Watched, renamed']);
  await create({ expressCustomerName: 'Watched too' });
  await page.getByRole('button', { name: 'Show the new customer' }).click();
  await status('2 of 2 customers');
});

it('a call is copied as it was sent, without the key, and runs elsewhere', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${service.url}/customers?search=watched&order=NAME_ASC`);
  await page.getByText('Copy as GraphQL or curl').click();
  await page.getByRole('button', { name: 'Copy Customers as curl' }).click();
  await status('Copied.');
  const curl = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(curl).toContain('<your API key>');
  expect(curl).not.toContain(demo().token);
  const { query, variables } = JSON.parse(/-d '([^]*)'$/.exec(curl)![1]!);
  expect(variables).toMatchObject({ filter: { nameContains: 'watched' }, orderBy: 'NAME_ASC' });
  expect((await service.graphql(demo(), query, variables)).body.data!.expressCustomers.edges).toBeDefined();
  expect(await findAccessibilityFaults(page)).toEqual([]);
});

describe('signed in with a pasted key', () => {
  const paste = async (key: string) => {
    await page.goto(`${service.url}/customers`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in with the key' }).click();
  };

  it('a person sees the clinic of the key alone, and a reload forgets the key', async () => {
    const { token } = await service.newClinic();
    await paste(token);
    await status('No customers');
    expect(await page.evaluate<number>('localStorage.length + sessionStorage.length')).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await page.getByText('Signed in with the demo key').waitFor();
  });

  it('a key that is not accepted leads back to the sign-in, with the reason', async () => {
    await paste('avk_unknown');
    await page.getByRole('alert').filter({ hasText: 'does not accept' }).waitFor();
    expect(await findAccessibilityFaults(page)).toEqual([]);
  });

  it('a key that may only read is refused in words where it changes something', async () => {
    const { token } = await service.newClinic(['express:read']);
    await paste(token);
    await status('No customers');
    await page.getByRole('link', { name: 'New customer' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Not allowed');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').filter({ hasText: 'express:write' }).waitFor();
  });
});

it('says in words when calls are refused for their rate', async () => {
  const limited = await startService('embedded', { NODE_ENV: 'development', RATE_LIMIT_POINTS: '10' });
  await page.goto(`${limited.url}/customers`);
  await page.getByRole('alert').filter({ hasText: 'Too many requests' }).waitFor();
  await limited.stop();
});

it('says when the service or the network is away, keeps what is shown, and goes on when it is back', async () => {
  await create({ expressCustomerName: 'Kept on screen' });
  await page.goto(`${service.url}/customers?search=kept`);
  await status('1 of 1 customer');
  await page.route('**/graphql', (route) => route.abort());
  await status('The service cannot be reached.');
  expect(await names()).toEqual(['Kept on screen']);
  await page.context().setOffline(true);
  await status('This device is offline.');
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.context().setOffline(false);
  await page.unroute('**/graphql');
  await page.getByRole('status').filter({ hasText: 'cannot be reached' }).waitFor({ state: 'detached' });
});
