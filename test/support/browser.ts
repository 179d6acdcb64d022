import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real Chromium: the one that CHROMIUM names, or the system's. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? PLACES.find(existsSync);
  if (!executablePath)
    throw new Error('No Chromium was found. Install one (Debian: apt-get install chromium) or name it by CHROMIUM.');
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

// How fast a machine is must not matter: a step that never comes ends long before the test's own time.
const STEP_ENDS_WITHIN_MS = 120_000;

export async function openContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(STEP_ENDS_WITHIN_MS);
  return context;
}

/** A page in a context of its own, which ends with it. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(STEP_ENDS_WITHIN_MS);
  return page;
}

/** Resolves once the dashboard knows where the feed of changes ends, and so reports what happens later. Call it before the page is opened. */
export const untilFollowing = (page: Page): Promise<unknown> =>
  page.waitForResponse((response) => response.request().postData()?.includes('"FeedEnd"') === true);

/** What a page tried that its own host did not serve, and what it complained of. */
export function watch(page: Page, origin: string): { foreign: string[]; complaints: string[] } {
  const seen = { foreign: [] as string[], complaints: [] as string[] };
  page.on('request', (request) => {
    const { protocol, origin: of } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && of !== origin) seen.foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') seen.complaints.push(message.text());
  });
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  return seen;
}

/** Keeps a picture where SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` });
}

/** Faults of accessibility that axe finds, through the debugger: the policy of a page admits no script. */
export async function findAccessibilityFaults(page: Page, context = {}, options = {}): Promise<unknown[]> {
  const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    `${axe}; axe.run(${JSON.stringify({ include: ['html'], ...context })}, ${JSON.stringify(options)})`,
  );
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
