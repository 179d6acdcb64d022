import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage, watch } from '../support/browser.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
};
const BASE = '/products/express/';

let folder: string;
let host: Server;
let browser: Browser;
beforeAll(async () => {
  folder = await mkdtemp(resolve('dist/docs-'));
  await promisify(execFile)(process.execPath, ['scripts/build-docs.mjs', relative(process.cwd(), folder)]);
  // Stands for any host of static files; the documentation lies somewhere below its root.
  host = createServer((request, response) => {
    const path = request.url!.startsWith(BASE) ? request.url!.slice(BASE.length) || 'index.html' : 'none';
    readFile(join(folder, path)).then(
      (content) => response.setHeader('content-type', TYPES[extname(path)]!).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => host.listen(0, '127.0.0.1', listening));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  host.close();
  await rm(folder, { recursive: true });
});

it('the built documentation works below any path of a host of static files: styles, links, tabs and search', async () => {
  const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const page = await openPage(browser, { viewport: { width: 1300, height: 800 } });
  const seen = watch(page, origin);
  await page.goto(origin + BASE);
  await page.getByRole('navigation').getByRole('link', { name: 'Samples' }).first().click();
  await page.getByRole('tab', { name: 'C#' }).first().click();
  expect(await page.evaluate<string>("getComputedStyle(document.querySelector('header')).position")).toBe('sticky');
  await page.keyboard.press('/');
  await page.keyboard.type('version conflict');
  await page.getByRole('search').getByRole('link', { name: 'VERSION_CONFLICT' }).first().click();
  await page.waitForURL(`${origin}${BASE}errors.html#version_conflict`);
  expect(await page.getByRole('link', { name: 'REST reference' }).count()).toBe(0);
  expect(seen).toEqual({ foreign: [], complaints: [] });
});
