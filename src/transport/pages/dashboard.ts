import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import { PATHS } from '../paths.js';
import type { Services } from '../services.js';
import { KEY_PLACEHOLDER, showKeyOnLoopback } from './demo-key.js';
import { buildStrictPolicy, type Site } from './site.js';

interface Parts {
  urls: { program: string; style: string };
  /** The demo key, with which the reader is signed in; empty where no key may be shown. */
  key: string;
  /** How people sign in at an issuer; empty where they cannot. */
  signIn: string;
}

const escapeAttribute = (text: string): string =>
  text.replace(/[&"<]/g, (character) => `&#${character.charCodeAt(0)};`);

const dashboardHtml = ({ urls, key, signIn }: Parts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Express customers</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${urls.style}">
<script type="module" src="${urls.program}"></script>
</head>
<body data-key="${key}" data-sign-in="${escapeAttribute(signIn)}">
<noscript>The dashboard needs JavaScript.</noscript>
<div id="root"></div>
</body>
</html>
`;

/** The views of the dashboard, each with an address of its own; the program in the page shows the right one. */
const VIEWS = ['', '/new', '/keys', '/signed-in', '/:expressCustomerId(^cus_[0-9a-f]{32}$)'];

// People sign in with the issuer, which the page asks itself.
const policyFor = ({ dashboardSignIn }: Config): string =>
  buildStrictPolicy(dashboardSignIn ? [new URL(dashboardSignIn.issuer).origin] : []);

/** The page on which people find and change customers. It holds no data: the program in it calls /graphql. */
export function dashboardPage(server: FastifyInstance, services: Services, site: Site): void {
  const getShownKey = showKeyOnLoopback(services);
  const policy = policyFor(services.config);
  const { dashboardSignIn } = services.config;
  const signIn = dashboardSignIn ? JSON.stringify(dashboardSignIn) : '';
  for (const view of VIEWS)
    server.get(`${PATHS.dashboard}${view}`, async (request, reply) => {
      const [program, style] = await Promise.all(
        ['dashboard.js', 'style.css'].map((name) => site.urlOf(`${PATHS.dashboard}/assets/${name}`)),
      );
      const shown = getShownKey(request);
      const key = shown === KEY_PLACEHOLDER ? '' : shown;
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policy)
        .send(dashboardHtml({ urls: { program: program!, style: style! }, key, signIn }));
    });
  server.get(`${PATHS.dashboard}/`, async (_request, reply) => reply.redirect(PATHS.dashboard));
}
