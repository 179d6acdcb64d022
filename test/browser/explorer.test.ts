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
/** Goes to a tab, and waits for its operation to stand in the editor: a click before that runs the one before. */
const goTo = async (title: string) => {
  await page.locator(`.graphiql-tab-button[title="${title}"]`).click();
  await page.locator('.graphiql-query-editor .view-lines').getByText(title, { exact: true }).waitFor();
};
/**
 * Runs the tab's operation until its answer has a field. For a moment after it has shown a tab, GraphiQL looks for the operation
 * of the one before and sends nothing.
 */
const runUntilAnswered = async (field: string) => {
  const [expected, unknown] = [`"${field}"`, 'Cannot infer operation'].map((text) => answer().getByText(text).first());
  await run();
  await expected!.or(unknown!).first().waitFor();
  while (await unknown!.isVisible()) {
    await page.waitForTimeout(200);
    await run();
    await expected!.or(unknown!).first().waitFor();
  }
  await expected!.waitFor();
};
const customers = () => service.dataSource.query('SELECT count(*)::int AS n FROM express_customers');

describe('the explorer', () => {
  it('creates a customer with the first click, asks no other host, and breaks no rule of its policy', async () => {
    await run();
    await answer()
      .getByText(/"cus_[0-9a-f]{32}"/)
      .waitFor();
    expect(await customers()).toEqual([{ n: 1 }]);
    await picture(page, 'explorer');
    expect(seen).toEqual({ foreign: [], complaints: [] });
  });

  it('shows the answer on a telephone too, below the operation', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await run();
    await answer().getByText(/"cus_/).waitFor();
    const response = await page.locator('.graphiql-response').boundingBox();
    const editor = await page.locator('.graphiql-query-editor').boundingBox();
    expect(response!.width).toBeGreaterThan(250);
    expect(response!.y).toBeGreaterThan(editor!.y + 100);
    await picture(page, 'explorer-narrow');
  });

  it('finds the customer in the next tab, and still knows the key after a reload', async () => {
    await run();
    await answer().getByText('"createExpressCustomer"').waitFor();
    await goTo('FindExpressCustomers');
    await runUntilAnswered('totalCount');
    await page.reload();
    await goTo('CreateExpressCustomer');
    await runUntilAnswered('createExpressCustomer');
    expect(await customers()).toEqual([{ n: 2 }]);
    expect(seen).toEqual({ foreign: [], complaints: [] });
  });
});
