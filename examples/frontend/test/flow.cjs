'use strict';
const assert = require('node:assert/strict');
const { chromium } = require('playwright-core');

const AXE = require.resolve('axe-core/axe.min.js');
const COUNT = 'query($name: String!) { expressCustomers(filter: { nameContains: $name }) { totalCount } }';

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

const steps = {
  'the newest customers are there': async ({ page, customers }) => {
    await page.getByText(`Imaging Center ${customers}`).waitFor();
    await assertAccessible(page, 'the list');
  },
  'what the service objects to stands at the input': async ({ page, ask, customers }) => {
    await page.getByLabel('Name').fill('   ');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').filter({ hasText: 'The name needs a visible character.' }).waitFor();
    assert.equal(await page.getByLabel('Name').getAttribute('aria-invalid'), 'true');
    await assertAccessible(page, 'a fault');
    assert.equal((await ask(COUNT, { name: 'Imaging' })).expressCustomers.totalCount, customers);
  },
  'a double click creates one customer': async ({ page, ask }) => {
    const name = 'City Medical Center - Radiology Department';
    await page.getByLabel('Name').fill(name);
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
    await page.getByRole('listitem').filter({ hasText: name }).waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal((await ask(COUNT, { name })).expressCustomers.totalCount, 1);
  },
};

/** The page as a person uses it, step by step on one page; the first step that fails ends it. */
async function flow(context) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage();
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

module.exports = { flow, documents: [COUNT] };
