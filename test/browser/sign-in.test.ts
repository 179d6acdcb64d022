import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { findAccessibilityFaults, openBrowser, openContext, watch } from '../support/browser.js';
import {
  newPerson,
  startOidcProvider,
  type OidcProvider,
  type OidcProviderSettings,
} from '../support/servers/oidc-provider.js';
import type { Engine } from '../support/engines.js';
import { startService, type Service } from '../support/service.js';

const clinicId = randomUUID();
const people = {
  ada: newPerson('ada', { clinic_id: clinicId, level: 'owner' }),
  grace: newPerson('grace', { clinic_id: clinicId, level: 'admin' }),
  member: newPerson('member', { clinic_id: clinicId, level: 'member' }),
  stranger: newPerson('stranger', { clinic_id: randomUUID(), level: 'owner' }),
  visitor: newPerson('visitor', { clinic_id: clinicId }),
  newcomer: newPerson('newcomer', { level: 'owner' }),
};
type Name = keyof typeof people | 'nobody';

let browser: Browser;
let issuer: OidcProvider;
let service: Service;
let context: BrowserContext;
let page: Page;

/** The service as in production, and an issuer for its people. */
function useService(
  settings: Partial<OidcProviderSettings>,
  environment: NodeJS.ProcessEnv = {},
  engine: Engine = 'postgresql',
): void {
  beforeAll(async () => {
    browser = await openBrowser();
    issuer = await startOidcProvider({ people: Object.values(people), ...settings });
    service = await startService(engine, {
      NODE_ENV: 'production',
      DASHBOARD: 'true',
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: issuer.settings.audience,
      DASHBOARD_OIDC_CLIENT_ID: issuer.settings.clientId,
      ...environment,
    });
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
    await issuer.stop();
  });
  beforeEach(async () => {
    context = await openContext(browser, {
      viewport: { width: 1200, height: 860 },
      locale: 'en-US',
      timezoneId: 'UTC',
    });
    page = await context.newPage();
  });
  afterEach(() => context.close());
}

const issuerName = () => new URL(issuer.url).host;
const button = (name: string | RegExp, on = page) => on.getByRole('button', { name });
const heading = (name: string) => page.getByRole('heading', { name, level: 1 });
const alert = () => page.getByRole('alert');

async function logIn(name: Name, on = page): Promise<void> {
  await on.getByLabel('Name', { exact: true }).fill(name);
  await button('Log in', on).click();
}

/** Signs in on a view of the dashboard, by the issuer's pages. */
async function signIn(name: Name, view = '/customers'): Promise<void> {
  await page.goto(`${service.url}${view}`);
  await button(`Sign in with ${issuerName()}`).click();
  await logIn(name);
  await button('Allow').click();
}

/** Fills a new customer in, and does not send it yet. */
async function fillIn(name: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
}

const findByName = (name: string) =>
  service.dataSource.query<{ created_by_user_id: string; clinic_id: string }[]>(
    'SELECT clinic_id, created_by_user_id FROM express_customers WHERE express_customer_name = $1',
    [name],
  );

/** What this page's origin keeps in the browser. */
const findStored = () =>
  page.evaluate<unknown>('({ ...localStorage, ...sessionStorage, cookie: document.cookie, address: location.href })');

/** Lets the token end; timers of the page run. */
const letTokenEnd = () => page.clock.fastForward('11:00');

describe('at an issuer that gives no refresh tokens', () => {
  useService({});

  it('a person signs in, creates a customer as themselves, and leaves no token in the browser', async () => {
    const seen = watch(page, service.url);
    await signIn('ada', '/customers/new?from=link');
    await heading('New customer').waitFor();
    expect(await findStored()).toEqual({ cookie: '', address: `${service.url}/customers/new?from=link` });
    await fillIn('Signed in');
    await button('Create').click();
    await heading('Signed in').waitFor();
    expect(await findByName('Signed in')).toEqual([{ clinic_id: clinicId, created_by_user_id: people.ada.sub }]);
    expect(seen.complaints).toEqual([]);
    expect(seen.foreign.filter((url) => !url.startsWith(issuer.url))).toEqual([]);
  });

  it('after a reload the person signs in again, without a question while the session of the issuer lasts', async () => {
    await signIn('ada');
    await heading('Customers').waitFor();
    await page.reload();
    await button(`Sign in with ${issuerName()}`).click();
    await heading('Customers').waitFor();
  });

  it.each([
    ['light', 360],
    ['dark', 360],
    ['dark', 1280],
  ] as const)('the way to sign in has no fault of accessibility, %s, %i wide', async (colorScheme, width) => {
    await page.setViewportSize({ width, height: 740 });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${service.url}/customers`);
    await button(`Sign in with ${issuerName()}`).waitFor();
    expect(await findAccessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  it('signing out ends the session at the issuer too', async () => {
    await signIn('ada');
    await button('Sign out').click();
    await button('Log out').click();
    await page.waitForURL(`${service.url}/customers`);
    await button(`Sign in with ${issuerName()}`).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
  });

  it('a person of another clinic sees nothing of this one', async () => {
    await signIn('ada', '/customers/new');
    await fillIn('Of one clinic');
    await button('Create').click();
    await heading('Of one clinic').waitFor();
    await context.clearCookies();
    await signIn('stranger', '/customers?search=of+one');
    await page.getByRole('status').filter({ hasText: 'No customers' }).first().waitFor();
  });

  it('says in words that consent was denied, and that nobody has a name', async () => {
    await page.goto(`${service.url}/customers`);
    await button(`Sign in with ${issuerName()}`).click();
    await logIn('ada');
    await button('Deny').click();
    await alert().getByText('access was refused').waitFor();
    expect(await findAccessibilityFaults(page)).toEqual([]);
    await context.clearCookies();
    await button(`Sign in with ${issuerName()}`).click();
    await logIn('nobody');
    await alert().getByText('access was refused').waitFor();
  });

  it.each([
    ['level', 'visitor'],
    ['clinic', 'newcomer'],
  ] as const)('says in words that the account of a person has no %s here', async (_claim, name) => {
    await signIn(name);
    await alert().getByText('this service does not accept that').waitFor();
    expect(await findStored()).toEqual({ cookie: '', address: `${service.url}/customers` });
  });

  it('says in words which scope a member lacks', async () => {
    await signIn('member', '/customers/new');
    await fillIn('By a member');
    await button('Create').click();
    await alert().getByText('express:write').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('By a member');
    expect(await findByName('By a member')).toEqual([]);
  });

  it('an answer that this window did not ask for signs nobody in', async () => {
    await page.goto(`${service.url}/customers/signed-in?code=stolen&state=unknown`);
    await heading('This window is done').waitFor();
    await page.goto(`${service.url}/customers/signed-in`);
    await heading('Sign in').waitFor();
  });

  it('returns to no address of another site', async () => {
    await page.goto(`${service.url}/customers`);
    await button(`Sign in with ${issuerName()}`).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    const login = page.url();
    await page.goto(`${service.url}/livez`);
    const kept = await page.evaluate<string>(`for (const [key, text] of Object.entries(sessionStorage))
      sessionStorage[key] = text.replace('"/customers"', '"https://evil.example/customers"');
      JSON.stringify(sessionStorage)`);
    expect(kept).toContain('evil.example');
    await page.goto(login);
    await logIn('ada');
    await button('Allow').click();
    await heading('Customers').waitFor();
    expect(page.url()).toBe(`${service.url}/customers`);
  });

  describe('when the sign-in ends', () => {
    beforeEach(() => page.clock.install());

    it('what was typed stays, and is saved after the person has signed in again in a small window', async () => {
      await signIn('ada', '/customers/new');
      await fillIn('Half filled in');
      await letTokenEnd();
      const dialog = page.getByRole('dialog', { name: 'Your sign-in has ended' });
      await dialog.waitFor();
      expect(await findAccessibilityFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await button('Sign in again').click();
      await dialog.waitFor({ state: 'hidden' });
      await button('Create').click();
      await heading('Half filled in').waitFor();
      expect(await findByName('Half filled in')).toHaveLength(1);
    });

    it('a minute before, the page says so, and the person signs in again without losing a thing', async () => {
      await signIn('ada', '/customers/new');
      await fillIn('In good time');
      await page.clock.fastForward('09:10');
      await page.getByText('Your sign-in ends in less than a minute.').waitFor();
      await button('Sign in again').click();
      await page.getByText('Your sign-in ends in less than a minute.').waitFor({ state: 'hidden' });
      await button('Create').click();
      await heading('In good time').waitFor();
    });

    it('says in words that the browser opened no window, and the next click tries again', async () => {
      await signIn('ada', '/customers/new');
      await fillIn('Blocked');
      await letTokenEnd();
      await page.getByRole('dialog').waitFor();
      await page.evaluate('window.open = ((open) => () => { window.open = open; return null; })(window.open)');
      await button('Sign in again').click();
      await alert().getByText('Allow this page to open windows').waitFor();
      await button('Sign in again').click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Blocked');
    });

    it('another person cannot go on with it', async () => {
      await signIn('ada', '/customers/new');
      await fillIn('Of ada');
      await letTokenEnd();
      await page.getByRole('dialog').waitFor();
      await context.clearCookies();
      const [small] = await Promise.all([context.waitForEvent('page'), button('Sign in again').click()]);
      await logIn('grace', small);
      await button('Allow', small).click();
      await alert().getByText('another person').waitFor();
      expect(await findByName('Of ada')).toEqual([]);
    });
  });

  it('a call whose token the service refuses is repeated with the next one', async () => {
    await signIn('ada', '/customers/new');
    await fillIn('Refused once');
    const refuse = (headers: Record<string, string>) => ({ ...headers, authorization: 'Bearer not.a.token' });
    await page.route('**/graphql', (route) => route.continue({ headers: refuse(route.request().headers()) }));
    await button('Create').click();
    await page.getByRole('dialog', { name: 'Your sign-in has ended' }).waitFor();
    await page.unroute('**/graphql');
    await button('Sign in again').click();
    await heading('Refused once').waitFor();
    expect(await findByName('Refused once')).toHaveLength(1);
  });
});

describe('at an issuer that gives refresh tokens, and learns the audience by the parameter resource', () => {
  useService(
    { givesRefreshTokens: true, audience: 'https://express.example.org/api', knowsAudienceByResource: true },
    { DASHBOARD_OIDC_AUDIENCE_PARAMETER: 'resource' },
  );

  it('a sign-in that ends is renewed without a question, from the memory of the page alone', async () => {
    await page.clock.install();
    await signIn('ada');
    for (const name of ['Renewed', 'Renewed again']) {
      await page.getByRole('link', { name: 'New customer' }).first().click();
      await fillIn(name);
      await letTokenEnd();
      await button('Create').click();
      await heading(name).waitFor();
    }
    expect(await findStored()).toEqual({ cookie: '', address: expect.stringContaining('/customers/cus_') });
  });

  it('says in words that the issuer cannot be reached', async () => {
    await page.goto(`${service.url}/customers`);
    await issuer.stop();
    await button(`Sign in with ${issuerName()}`).click();
    await alert().getByText('could not be asked to sign you in').waitFor();
  });
});

describe('in development, where the page is signed in with the demo key', () => {
  useService({}, { NODE_ENV: 'development' }, 'embedded');

  it('a person signs in all the same, and reads why where the issuer refuses', async () => {
    await page.goto(`${service.url}/customers`);
    await page.getByText('Signed in with the demo key').waitFor();
    await button('Sign out').click();
    await button(`Sign in with ${issuerName()}`).click();
    await logIn('ada');
    await button('Deny').click();
    await alert().getByText('access was refused').waitFor();
    await button(`Sign in with ${issuerName()}`).click();
    await button('Allow').click();
    await page.getByText(`Signed in as ${people.ada.sub}`).waitFor();
  });
});
