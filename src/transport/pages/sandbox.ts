import type { FastifyReply, FastifyRequest } from 'fastify';
import { PATHS } from '../paths.js';
import type { Services } from '../services.js';
import { showKeyOnLoopback } from './demo-key.js';
import { toScriptLiteral } from './script-literal.js';
import type { Site } from './site.js';
import { CREATE_EXAMPLE } from './worked-examples.js';

const SCRIPT_HOST = 'embeddable-sandbox.cdn.apollographql.com';
const FRAME_HOST = 'sandbox.embed.apollographql.com';

// Apollo's script sends the operations from this page, so that the service needs to allow no other origin.
const POLICY = [
  "default-src 'none'",
  `script-src 'self' https://${SCRIPT_HOST}`,
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  `frame-src https://${FRAME_HOST}`,
  ...['base-uri', 'form-action', 'frame-ancestors'].map((directive) => `${directive} 'none'`),
].join('; ');

const PARTS = ['head.css', 'sandbox.css', 'sandbox.js'] as const;

const buildSettings = (key: string) => ({
  script: `https://${SCRIPT_HOST}/v2/embeddable-sandbox.umd.production.min.js`,
  endpoint: PATHS.graphql,
  initialState: { ...CREATE_EXAMPLE, headers: { authorization: `Bearer ${key}` } },
});

const sandboxHtml = (urls: Record<(typeof PARTS)[number], string>, key: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Express customers: Apollo Sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${urls['head.css']}">
<link rel="stylesheet" href="${urls['sandbox.css']}">
<script type="application/json" id="settings">${toScriptLiteral(buildSettings(key))}</script>
<script src="${urls['sandbox.js']}" defer></script>
</head>
<body>
<header>
<h1>Apollo Sandbox</h1>
<nav aria-label="Pages"><a href="${PATHS.start}">Start page</a> <a href="${PATHS.explorer}">Explorer</a></nav>
<p class="source">This page loads from the internet: a script of ${SCRIPT_HOST}, and a frame of ${FRAME_HOST}, which loads more itself. Both receive the key in the example. The explorer loads nothing from elsewhere.</p>
</header>
<noscript>Apollo Sandbox needs JavaScript.</noscript>
<main id="sandbox" aria-label="Apollo Sandbox"><p id="missing" role="alert" hidden>Apollo Sandbox could not be loaded from the internet. The <a href="${PATHS.explorer}">explorer</a> needs no internet.</p></main>
</body>
</html>
`;

/** Makes the function that answers a browser with Apollo Sandbox, with the create ready to run. */
export function sandboxPage(services: Services, site: Site) {
  const getShownKey = showKeyOnLoopback(services);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const urls = await site.urlsOf(PARTS);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .send(sandboxHtml(urls, getShownKey(request)));
  };
}
