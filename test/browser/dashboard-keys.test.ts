import type { Browser, Page } from 'playwright-core';
import { findAccessibilityFaults, openBrowser, openPage, watch } from '../support/browser.js';
import { startService, type Clinic, type Service } from '../support/service.js';

const LIST = '{ expressCustomers(first: 1) { nodes { id } } }';
const CREATE = 'mutation { createExpressCustomer(input: { expressCustomerName: "A" }) { id } }';

let browser: Browser;
let service: Service;
let clinic: Clinic;
let page: Page;
let seen: ReturnType<typeof watch>;
beforeAll(async () => {
  browser = await openBrowser();
  service = await startService('postgresql', { NODE_ENV: 'production', DASHBOARD: 'true' });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
beforeEach(async () => {
  clinic = await service.newClinic();
  page = await openPage(browser, { viewport: { width: 1200, height: 860 }, locale: 'en-US', timezoneId: 'UTC' });
  seen = watch(page, service.url);
});
afterEach(() => page.close());

const button = (name: string) => page.getByRole('button', { name, exact: true });
const card = (description: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: description }) });
const faultOf = (label: string) => page.locator('.field, fieldset').filter({ hasText: label }).locator('.fault');
const newKeyDialog = () => page.getByRole('dialog', { name: 'Store the new key now' });
const codeFor = async (token: string, query: string) =>
  (await service.graphql({ token }, query)).body.errors?.[0]?.extensions.code ?? 'OK';

/** Opens the keys with one of the clinic's. */
async function openKeys({ token } = clinic): Promise<void> {
  await page.goto(`${service.url}/customers/keys`);
  await page.getByLabel('API key').fill(token);
  await button('Sign in with the key').click();
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
}

/** @returns the token, after it was stored. */
async function takeToken(): Promise<string> {
  await newKeyDialog().waitFor();
  const token = await page.getByLabel('The new key', { exact: true }).innerText();
  await button('I have stored it').click();
  await newKeyDialog().waitFor({ state: 'hidden' });
  return token;
}

const copied = () => newKeyDialog().getByRole('status').filter({ hasText: 'Copied.' });

async function createKey(description: string): Promise<string> {
  await page.getByLabel('What it is for').fill(description);
  await button('Create the key').click();
  return takeToken();
}

it('a key that only reads is created and shown once, and nothing of it stays in the page', async () => {
  await openKeys();
  await page.getByLabel('What it is for').fill('Nightly report');
  await button('Create the key').click();
  await newKeyDialog().waitFor();
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  const token = await takeToken();
  expect([await codeFor(token, LIST), await codeFor(token, CREATE)]).toEqual(['OK', 'FORBIDDEN']);
  await card('Nightly report').getByText('Active').waitFor();
  expect(await card('Nightly report').innerText()).toContain('express:read');
  expect(await page.content()).not.toContain(token);
  expect(await page.evaluate<object>('({ ...localStorage, ...sessionStorage })')).toEqual({});
  expect(await findAccessibilityFaults(page)).toEqual([]);
  expect(seen).toEqual({ foreign: [], complaints: [] });
});

it('that a new key was copied is said in the dialog: the rest of the page is out of reach while it is open', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openKeys();
  await page.getByLabel('What it is for').fill('Copied');
  await button('Create the key').click();
  await newKeyDialog().waitFor();
  await button('Copy the key').click();
  await copied().waitFor();
  expect(await findAccessibilityFaults(page)).toEqual([]);
  const copy = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(await takeToken()).toBe(copy);
});

it('what is wrong with a new key stands at its fields, and the draft stays', async () => {
  await openKeys();
  await page.getByLabel('Read customers').uncheck();
  await page.getByLabel('It ends').selectOption('At the end of a day');
  await button('Create the key').click();
  await page.getByText('Name the last day.').first().waitFor();
  await page.getByLabel('Last day').fill('2001-01-01');
  await button('Create the key').click();
  await faultOf('What it is for').waitFor();
  await faultOf('It may').waitFor();
  await page.getByLabel('What it is for').fill('Too late');
  await page.getByLabel('Read customers').check();
  await button('Create the key').click();
  await faultOf('Last day').waitFor();
  expect(await page.getByLabel('What it is for').inputValue()).toBe('Too late');
});

it('a key is rotated: the new one is shown once, and the old one works for a while', async () => {
  await openKeys();
  const old = await createKey('Rotated');
  await button('Rotate Rotated').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  const token = await takeToken();
  expect(token).not.toBe(old);
  expect([await codeFor(token, LIST), await codeFor(old, LIST)]).toEqual(['OK', 'OK']);
  await card('Rotated').getByText('Replaced by').waitFor();
  expect(await card('Rotated').count()).toBe(2);
});

it('a key is revoked after a question, and refused', async () => {
  await openKeys();
  const token = await createKey('Revoked soon');
  await button('Revoke Revoked soon').click();
  await page.getByRole('dialog', { name: 'Revoke this key?' }).getByRole('button', { name: 'Revoke' }).click();
  await card('Revoked soon').getByText('Revoked', { exact: true }).first().waitFor();
  expect(await codeFor(token, LIST)).toBe('UNAUTHENTICATED');
});

it('the key that the page uses is marked, and cannot be revoked here', async () => {
  await openKeys();
  const own = card('test');
  await own.getByText('Used by this page').waitFor();
  expect(await own.getByRole('button').allInnerTexts()).toEqual(['Rotate']);
});

it('a caller without keys:manage reads which scope is missing, and sees no keys', async () => {
  await openKeys(await service.newKey(clinic, { scopes: ['express:read', 'express:write'] }));
  await page.getByRole('alert').getByText('keys:manage').waitFor();
  expect(await page.getByLabel('What it is for').count()).toBe(0);
});

it('the page of a caller without express:read asks for the feed of changes once', async () => {
  await page.clock.install();
  let refused = 0;
  page.on('response', async (response) => {
    if (response.url().endsWith('/graphql') && (await response.text()).includes('FORBIDDEN')) refused += 1;
  });
  await openKeys(await service.newKey(clinic, { scopes: ['keys:manage'] }));
  await card('test').first().waitFor();
  for (let count = 0; count < 5; count += 1) {
    await page.clock.runFor(10_000);
    await page.waitForLoadState('networkidle');
  }
  expect(refused).toBe(1);
});
