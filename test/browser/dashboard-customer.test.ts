import type { Browser, Page } from 'playwright-core';
import { findAccessibilityFaults, openBrowser, openPage, picture, untilFollowing, watch } from '../support/browser.js';
import { startService, type Service } from '../support/service.js';

let browser: Browser;
let service: Service;
let page: Page;
let seen: ReturnType<typeof watch>;
let id: string;
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
  const input = { expressCustomerName: 'City Medical Center', metadata: { region: 'northeast', building: '3' } };
  const created = await ask(
    'mutation($input: CreateExpressCustomerInput!) { createExpressCustomer(input: $input) { id } }',
    { input },
  );
  id = created.createExpressCustomer.id;
  const isFollowing = untilFollowing(page);
  await page.goto(`${service.url}/customers/${id}`);
  await page.getByRole('heading', { name: 'City Medical Center' }).waitFor();
  await isFollowing;
});
afterEach(() => page.close());

/** Asks the service directly, as somebody else at another screen would. */
async function ask(query: string, variables: Record<string, unknown>): Promise<Record<string, any>> {
  const { body } = await service.graphql({ token: service.app.demoKey!.token }, query, variables);
  if (body.errors) throw new Error(body.errors[0]!.message);
  return body.data!;
}

const edit = (set: Record<string, string>) =>
  ask(
    'mutation($input: EditExpressCustomerMetadataInput!) { editExpressCustomerMetadata(input: $input) { version } }',
    { input: { expressCustomerId: id, set } },
  );
const read = async () =>
  (
    await ask(
      `query($id: ID!) { expressCustomer(expressCustomerId: $id) {
        expressCustomerName metadata isActive version userCount } }`,
      { id },
    )
  ).expressCustomer;

const said = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).first().waitFor();
const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
const valueOf = (key: string) =>
  page.locator('.pair', { has: page.locator(`input[value="${key}"]`) }).getByLabel(/^Value/);

it('name and metadata are edited, and the history says who changed what', async () => {
  await click('Edit');
  await page.getByLabel('Name', { exact: true }).fill('City Medical Center - Radiology');
  await valueOf('region').fill('west');
  await click('Save');
  await said('Saved.');
  expect(await read()).toMatchObject({
    expressCustomerName: 'City Medical Center - Radiology',
    metadata: { region: 'west', building: '3' },
    version: 2,
  });
  const latest = page.locator('.timeline li').first();
  await latest.getByText('Changed', { exact: true }).waitFor();
  expect(await latest.innerText()).toMatch(/version 2[^]*API key [0-9a-f-]{36}[^]*northeast[^]*west/);
  expect(await page.locator('.timeline li').count()).toBe(2);
  await picture(page, 'dashboard-history');
  expect(await findAccessibilityFaults(page)).toEqual([]);
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('a double click on "Save" is one change, and no conflict with itself', async () => {
  let sent = 0;
  page.on('request', (request) => {
    if (request.postData()?.includes('UpdateCustomer')) sent++;
  });
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('UpdateCustomer'))
      await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  await click('Edit');
  await valueOf('region').fill('west');
  await page.getByRole('button', { name: 'Save' }).dblclick();
  await said('Saved.');
  expect([sent, (await read()).version]).toEqual([1, 2]);
});

it('a conflict shows theirs and yours, and what only they changed survives when yours is saved on top', async () => {
  await click('Edit');
  await edit({ region: 'west', building: '4' });
  await valueOf('region').fill('south');
  await click('Save');
  const conflict = page.getByRole('alert');
  await conflict.getByText('Somebody changed this customer meanwhile').waitFor();
  expect((await conflict.locator('tbody tr').allInnerTexts()).sort()).toEqual([
    'Metadata: building\t3\t4\t3',
    'Metadata: region\tnortheast\twest\tsouth',
  ]);
  expect((await read()).metadata.region).toBe('west');
  await picture(page, 'dashboard-conflict');
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await click('Save mine on top');
  await said('Saved.');
  expect(await read()).toMatchObject({ metadata: { region: 'south', building: '4' }, version: 3 });
});

it('the other side of a conflict can be taken', async () => {
  await click('Edit');
  await edit({ region: 'midwest' });
  await valueOf('region').fill('nowhere');
  await click('Save');
  await click('Take theirs');
  expect(await valueOf('region').inputValue()).toBe('midwest');
  expect((await read()).version).toBe(2);
});

it('what the service objects to stands at the fields', async () => {
  await click('Edit');
  await page.getByLabel('Name', { exact: true }).fill('   ');
  await valueOf('building').fill('x'.repeat(1001));
  await click('Save');
  await page.getByRole('alert').waitFor();
  const invalid = page.locator('[aria-invalid="true"]');
  const values = await invalid.evaluateAll((inputs) => inputs.map((input) => (input as { value?: string }).value));
  expect(values).toEqual(['   ', 'building']);
  expect(await page.getByRole('alert').innerText()).toMatch(/Request id: [0-9a-f-]{36}/);
  expect((await read()).version).toBe(1);
});

it('deactivating is asked first, and done to what was seen only', async () => {
  await click('Deactivate');
  await page.getByRole('dialog').waitFor();
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect((await read()).isActive).toBe(true);
  await click('Deactivate');
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
  await said('Deactivated.');
  expect((await read()).isActive).toBe(false);
  await page.getByText('takes no new users').waitFor();
  await click('Reactivate');
  await page.getByRole('dialog').getByRole('button', { name: 'Reactivate' }).click();
  await said('Reactivated.');
  expect((await read()).isActive).toBe(true);
});

it('users are added, paged and removed', async () => {
  const add = (userId: string) =>
    ask('mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { version } }', {
      input: { expressCustomerId: id, userId },
    });
  const userId = (number: number) => `usr_${String(number).padStart(32, '0')}`;
  await page.getByLabel('User id').fill('somebody');
  await click('Add the user');
  await page.locator('[aria-invalid="true"]').waitFor();
  await page.getByLabel('User id').fill(userId(0));
  await click('Add the user');
  await said('User added.');
  for (let number = 1; number < 25; number++) await add(userId(number));
  await page.getByRole('heading', { name: 'Users (25)' }).waitFor();
  await click('Load more users');
  await page.getByText(userId(24)).first().waitFor();
  await click(`Remove ${userId(0)}`);
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await said('User removed.');
  expect((await read()).userCount).toBe(24);
});

/** Refuses the pages after the first of a list, until it is called back. @returns how many were asked for, and the end of it. */
async function refuseNextPages(operation: string) {
  let count = 0;
  const body = JSON.stringify({ errors: [{ message: 'Not now.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
  await page.route('**/graphql', async (route) => {
    const { operationName, variables } = route.request().postDataJSON();
    if (operationName !== operation || !variables.after) return route.continue();
    count += 1;
    return route.fulfill({ contentType: 'application/json', body });
  });
  return { count: () => count, end: () => page.unroute('**/graphql') };
}

it('a next page of the users that fails is said, and may be asked for again', async () => {
  for (let number = 0; number < 25; number++)
    await ask(
      'mutation($input: AddUserToExpressCustomerInput!) { addUserToExpressCustomer(input: $input) { version } }',
      {
        input: { expressCustomerId: id, userId: `usr_${String(number).padStart(32, '0')}` },
      },
    );
  await page.getByRole('heading', { name: 'Users (25)' }).waitFor();
  const refused = await refuseNextPages('CustomerUsers');
  await click('Load more users');
  await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor();
  await refused.end();
  await click('Load more users');
  await page
    .getByText(`usr_${'24'.padStart(32, '0')}`)
    .first()
    .waitFor();
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('a next page of the history that fails is asked for once, said, and may be asked for again', async () => {
  for (let number = 0; number < 110; number++) await edit({ region: `region ${number}` });
  const refused = await refuseNextPages('CustomerHistory');
  await page.reload();
  await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor();
  await page.waitForTimeout(1_000);
  expect(refused.count()).toBe(1);
  await refused.end();
  await click('Load later changes');
  await page.getByText('region 109').first().waitFor();
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('a change by somebody else is shown and said politely while the view is open', async () => {
  await page.locator('.timeline li').first().waitFor();
  await edit({ region: 'west' });
  await said('it is now version 2');
  await page.getByText('region: west').waitFor();
  expect(await page.locator('.timeline li').count()).toBe(2);
});

it('the feed is not read while the page is hidden, and immediately when it is seen again', async () => {
  let looks = 0;
  page.on('request', (request) => {
    if (request.postData()?.includes('Feed')) looks++;
  });
  const hide = (isHidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  await page.waitForRequest((request) => request.postData()?.includes('Feed') === true);
  await hide(true);
  await page.waitForTimeout(500);
  const before = looks;
  await page.waitForTimeout(7_000);
  expect(looks).toBe(before);
  await edit({ region: 'west' });
  await hide(false);
  await said('it is now version 2');
});

it.each(['light', 'dark'] as const)('fits a telephone, 200 % and a keyboard, %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  for (const width of [360, 600]) {
    await page.setViewportSize({ width, height: 740 });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await findAccessibilityFaults(page)).toEqual([]);
  }
  await picture(page, `dashboard-customer-narrow-${colorScheme}`);
  await page.getByRole('button', { name: 'Edit', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await page.waitForFunction('document.activeElement.textContent === "Edit"');
});
