import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage, picture, watch } from '../support/browser.js';
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
  page = await openPage(browser, { viewport: { width: 1400, height: 900 } });
  seen = watch(page, service.url);
  await page.goto(`${service.url}/explorer`);
});
afterEach(async () => {
  await page.close();
  await service.stop();
});

const run = () => page.getByRole('button', { name: /execute query/i }).click();
const answer = () => page.locator('.graphiql-response .view-lines');
const goTo = (title: string) => page.locator(`.graphiql-tab-button[title="${title}"]`).click();
const answered = (field: string) => answer().getByText(`"${field}"`).first().waitFor();
const variables = () => page.locator('.graphiql-editor-tool .view-lines').first();
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

  it.each(['Control+Enter', 'Meta+Enter'])(
    'runs by %s as soon as it has loaded, and after a change of tabs',
    async (keys) => {
      await page.keyboard.press(keys);
      await answered('createExpressCustomer');
      expect(await customers()).toEqual([{ n: 1 }]);
      for (const [title, field] of Object.entries({
        FindExpressCustomers: 'totalCount',
        CreateExpressCustomer: 'createdAt',
      })) {
        await goTo(title);
        await page.keyboard.press(keys);
        await answered(field);
      }
      for (const [part, count] of [
        ['.graphiql-editor-tool', 3],
        ['.graphiql-query-editor', 4],
        ['.graphiql-response', 5],
      ] as const) {
        await page.locator(`${part} .view-line`).first().click();
        await page.keyboard.press('Control+Enter');
        while ((await customers())[0].n < count) await page.waitForTimeout(50);
        await answered('createdAt');
      }
      expect(await customers()).toEqual([{ n: 5 }]);
      expect(seen).toEqual({ foreign: [], complaints: [] });
    },
  );

  it('fills the id of the newest customer into the examples, then and after a reload', async () => {
    await run();
    await answered('createExpressCustomer');
    const [id] = /cus_[0-9a-f]{32}/.exec(await answer().innerText())!;
    for (const title of ['GetExpressCustomer', 'ExpressCustomerHistory']) {
      await goTo(title);
      await variables().getByText(id).waitFor();
    }
    await page.evaluate('localStorage.clear()');
    await page.reload();
    await goTo('AddUserToExpressCustomer');
    await variables().getByText(id).waitFor();
    await run();
    await answered('userCount');
  });

  it('highlights, explains and completes an operation, and shows the documentation until it is closed', async () => {
    const line = page.locator('.graphiql-query-editor .view-line').getByText('isActive');
    const colors = `new Set([...document.querySelectorAll('.graphiql-query-editor .view-line span span')]
      .map((one) => getComputedStyle(one).color)).size`;
    await page.waitForFunction(`${colors} > 2`);
    // A word that is hovered before the editor knows the schema stays unexplained until the pointer comes again.
    const explanation = page.locator('.monaco-hover').getByText('ExpressCustomer.isActive');
    while (!(await explanation.isVisible())) {
      await answer().hover();
      await line.hover();
      await page.waitForTimeout(1000);
    }
    await line.click();
    await page.keyboard.press('End');
    await page.keyboard.type(' versio');
    await page.locator('.suggest-widget.visible').getByText('version').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    await answered('version');
    const docs = page.getByRole('button', { name: 'Hide Documentation Explorer' });
    await docs.click();
    await page.reload();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).waitFor();
    expect(await docs.isVisible()).toBe(false);
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
    await answered('createExpressCustomer');
    await goTo('FindExpressCustomers');
    await run();
    await answered('totalCount');
    await page.reload();
    await goTo('CreateExpressCustomer');
    await run();
    await answered('createExpressCustomer');
    expect(await customers()).toEqual([{ n: 2 }]);
    expect(seen).toEqual({ foreign: [], complaints: [] });
  });
});
