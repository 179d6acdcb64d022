'use strict';
const assert = require('node:assert/strict');
const { chromium } = require('playwright-core');

const AXE = require.resolve('axe-core/axe.min.js');
const EDIT = `mutation($input: EditExpressCustomerMetadataInput!) {
  editExpressCustomerMetadata(input: $input) { version }
}`;
const COUNT = 'query($name: String!) { expressCustomers(filter: { nameContains: $name }) { totalCount } }';
const READ = 'query($id: ID!) { expressCustomer(expressCustomerId: $id) { metadata isActive version } }';

async function assertAccessible(page, state) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    if (!(await page.evaluate('typeof axe === "object"'))) await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate('axe.run()');
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
      `axe, ${state}, ${colorScheme}`,
    );
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

const status = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

// The service keeps metadata in an order of its own, so that a new key may come before an old one.
const regionOf = (page) => page.locator('.pair', { has: page.locator('input[value="region"]') }).getByLabel(/^Value/);

const steps = {
  'the first page is there': async ({ page, customers }) => {
    await status(page, `20 of ${customers} shown`);
    assert.equal(
      await page.locator('.customers li').first().locator('.name').innerText(),
      `Imaging Center ${customers}`,
    );
    await assertAccessible(page, 'the list');
  },
  'scrolling brings the other pages, each customer once': async ({ page, customers }) => {
    for (const shown of [40, customers]) {
      await page.locator('.customers li').last().scrollIntoViewIfNeeded();
      await page.mouse.wheel(0, 10_000);
      await status(page, `${shown} of ${customers} shown`);
    }
    const names = await page.locator('.customers .name').allInnerTexts();
    assert.equal(new Set(names).size, customers);
    await page.evaluate('scrollTo(0, 0)');
  },
  'search finds by a part of the name': async ({ page, customers }) => {
    await page.getByLabel('Search by name').fill('center 07');
    await status(page, '1 of 1 shown');
    assert.deepEqual(await page.locator('.customers .name').allInnerTexts(), ['Imaging Center 07']);
    await page.getByLabel('Search by name').fill('');
    await status(page, `of ${customers} shown`);
  },
  'what the service objects to stands at the inputs': async ({ page, ask, customers }) => {
    await page.getByLabel('Name', { exact: true }).fill('   ');
    await page.getByLabel('Value 1').fill('a value without a key');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').waitFor();
    const said = (label) =>
      page.getByLabel(label, { exact: true }).evaluate((input) => {
        const { document } = globalThis;
        return document.getElementById(input.getAttribute('aria-describedby'))?.textContent;
      });
    assert.equal(await said('Name'), 'The name needs a visible character.');
    assert.equal(await said('Key 1'), 'A metadata key must not be empty.');
    assert.equal(await page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid'), 'true');
    await assertAccessible(page, 'field errors');
    assert.equal((await ask(COUNT, { name: 'Imaging' })).expressCustomers.totalCount, customers);
  },
  'a double click creates one customer': async ({ page, ask, customers }) => {
    const name = 'City Medical Center - Radiology Department';
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Key 1').fill('department');
    await page.getByLabel('Value 1').fill('radiology');
    // No answer before both clicks have sent: otherwise the second might find a form that is already empty.
    const keys = [];
    let letGo;
    const bothSent = new Promise((resolve) => (letGo = resolve));
    await page.route('**/graphql', async (route) => {
      const { operationName, variables } = route.request().postDataJSON();
      if (operationName !== 'CreateCustomer') return route.continue();
      if (keys.push(variables.input.idempotencyKey) === 2) letGo();
      await bothSent;
      return route.continue();
    });
    await page.getByRole('button', { name: 'Create' }).dblclick();
    await status(page, `Created: ${name}`);
    await page.unroute('**/graphql');
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    await status(page, `20 of ${customers + 1} shown`);
    assert.equal((await ask(COUNT, { name })).expressCustomers.totalCount, 1);
    assert.equal(await page.locator('.customers .name').first().innerText(), name);
  },
  'metadata is edited': async (context) => {
    const { page, ask } = context;
    await page.locator('.customers button').first().click();
    await page.getByRole('button', { name: 'Add a pair' }).click();
    await page.getByLabel('Key 2').fill('region');
    await page.getByLabel('Value 2').fill('northeast');
    await page.getByRole('button', { name: 'Save metadata' }).click();
    await status(page, 'Metadata saved.');
    context.id = await page.locator('dd code').innerText();
    const { expressCustomer } = await ask(READ, { id: context.id });
    assert.deepEqual(expressCustomer.metadata, { department: 'radiology', region: 'northeast' });
    assert.equal(expressCustomer.version, 2);
    await assertAccessible(page, 'a customer');
  },
  'a conflict is shown, with both sides, and resolved': async ({ page, ask, id, screenshot }) => {
    await ask(EDIT, { input: { expressCustomerId: id, set: { region: 'west', floor: '3' } } });
    await regionOf(page).fill('south');
    await page.getByRole('button', { name: 'Save metadata' }).click();
    const conflict = page.getByRole('alert');
    await conflict.getByText('Somebody changed this customer meanwhile').waitFor();
    assert.deepEqual(await conflict.locator('tbody tr').allInnerTexts(), ['region\twest\tsouth']);
    assert.equal((await ask(READ, { id })).expressCustomer.metadata.region, 'west');
    await assertAccessible(page, 'a conflict');
    if (screenshot) await page.screenshot({ path: screenshot });
    await conflict.getByRole('button', { name: 'Save mine on top' }).click();
    await status(page, 'Metadata saved.');
    const { expressCustomer } = await ask(READ, { id });
    assert.deepEqual(expressCustomer.metadata, { department: 'radiology', region: 'south', floor: '3' });
    assert.equal(expressCustomer.version, 4);
  },
  'the other side of a conflict can be taken': async ({ page, ask, id }) => {
    await ask(EDIT, { input: { expressCustomerId: id, set: { region: 'midwest' } } });
    await regionOf(page).fill('nowhere');
    await page.getByRole('button', { name: 'Save metadata' }).click();
    await page.getByRole('button', { name: 'Take what is stored' }).click();
    assert.equal(await regionOf(page).inputValue(), 'midwest');
    assert.equal((await ask(READ, { id })).expressCustomer.version, 5);
  },
  'a fault of an edit stands at its key': async ({ page }) => {
    await regionOf(page).fill('x'.repeat(1001));
    await page.getByRole('button', { name: 'Save metadata' }).click();
    await page.getByRole('alert').waitFor();
    const faulty = await page
      .locator('[aria-invalid="true"]')
      .evaluateAll((inputs) => inputs.map(({ value }) => value));
    assert.deepEqual(faulty, ['region']);
  },
  'deactivating takes what one saw, and shows here and in the list': async ({ page, ask, id }) => {
    await ask(EDIT, { input: { expressCustomerId: id, set: { region: 'northeast' } } });
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('alert').filter({ hasText: 'decide again' }).waitFor();
    assert.equal((await ask(READ, { id })).expressCustomer.isActive, true);
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('button', { name: 'Reactivate' }).waitFor();
    assert.equal(await page.locator('.customers li').first().locator('.badge').innerText(), 'Inactive');
    assert.equal((await ask(READ, { id })).expressCustomer.isActive, false);
  },
};

/** The page as a person uses it, step by step on one page; the first step that fails ends it. */
async function flow(context) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 860 }, locale: 'en-US', timezoneId: 'UTC' });
    const failures = [];
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql') && request.postDataJSON().query !== undefined)
        failures.push('The page has sent a document instead of its id.');
    });
    await page.goto(context.page);
    const shared = { ...context, page };
    for (const [name, step] of Object.entries(steps)) {
      await step(shared);
      console.log(`ok - ${name}`);
    }
    assert.deepEqual(failures, []);
  } finally {
    await browser.close();
  }
}

module.exports = { flow, documents: [EDIT, COUNT, READ] };
