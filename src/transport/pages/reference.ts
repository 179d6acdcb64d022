import type { FastifyInstance } from 'fastify';
import { PATHS } from '../paths.js';
import type { Services } from '../services.js';
import { KEY_PLACEHOLDER, showKeyOnLoopback } from './demo-key.js';
import { STRICT_POLICY, type Site } from './site.js';

const PARTS = ['swagger-ui.css', 'head.css', 'reference.css', 'swagger-ui.js', 'reference.js'] as const;

interface Parts {
  urls: Record<(typeof PARTS)[number], string>;
  /** Filled in for the reader; empty where no key may be shown. */
  key: string;
  hasDocs: boolean;
}

const referenceHtml = ({ urls, key, hasDocs }: Parts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Express customers: REST reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${urls['swagger-ui.css']}">
<link rel="stylesheet" href="${urls['head.css']}">
<link rel="stylesheet" href="${urls['reference.css']}">
<script src="${urls['swagger-ui.js']}" defer></script>
<script src="${urls['reference.js']}" defer></script>
</head>
<body data-description="${PATHS.openapi}" data-key="${key}">
<header>
<p>REST reference</p>
<nav aria-label="Pages"><a href="${PATHS.start}">Start page</a>${hasDocs ? ` <a href="${PATHS.docs}/rest">Guide</a>` : ''} <a href="${PATHS.openapi}">OpenAPI description</a></nav>
</header>
<noscript>The reference needs JavaScript; the OpenAPI description does not.</noscript>
<div id="reference"></div>
</body>
</html>
`;

/** The reference of the REST API, to read and to try; where the demo key may be shown, it is filled in. */
export function referencePage(server: FastifyInstance, services: Services, site: Site): void {
  const getShownKey = showKeyOnLoopback(services);
  server.get(PATHS.reference, async (request, reply) => {
    const urls = await site.urlsOf(PARTS);
    const shown = getShownKey(request);
    const key = shown === KEY_PLACEHOLDER ? '' : shown;
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', STRICT_POLICY)
      .send(referenceHtml({ urls, key, hasDocs: services.config.hasDocs }));
  });
  // As the page was called until now.
  server.get(`${PATHS.reference}/`, async (_request, reply) => reply.redirect(PATHS.reference));
}
