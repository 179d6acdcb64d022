import type { ApolloServerPlugin, GraphQLServerListener } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { FastifyReply } from 'fastify';
import type { HttpRequestContext } from '../context.js';
import type { GetShownKey } from '../pages/demo-key.js';
import { CREATE_EXAMPLE } from '../pages/worked-examples.js';
import { PATHS } from '../paths.js';

const NOT_LOADED = 'Apollo Sandbox cannot be loaded; it appears that you might be offline.';
const INSTEAD = `Apollo Sandbox comes from the internet and could not be loaded. The <a href="${PATHS.explorer}">explorer</a> needs no internet.`;

// Apollo's page is a dead end without internet, and the empty Sandbox covers its text.
const addExplorerLink = (html: string): string =>
  html
    .replace('<h1>Welcome to Apollo Server</h1>', '<h1>Avara Express customers</h1>')
    .replace(NOT_LOADED, INSTEAD)
    .replace('#embeddableSandbox {', '#embeddableSandbox:empty { display: none; } $&');

// Apollo renders the page without knowing the request, so the key is put in afterwards.
const KEY_MARK = 'KEY-TO-BE-SHOWN';

// Apollo's page names in a `meta` element the hosts that its scripts, styles and frames come from; a header adds the rest.
const PAGE_POLICY = "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Completes the page with the key that its reader may see and with security headers; leaves other answers as they are. */
export function completeSandboxPage(reply: FastifyReply, payload: unknown, getShownKey: GetShownKey): unknown {
  if (typeof payload !== 'string' || !String(reply.getHeader('content-type')).startsWith('text/html')) return payload;
  void reply.header('content-security-policy', PAGE_POLICY).removeHeader('content-length');
  const key = JSON.stringify(getShownKey(reply.request)).slice(1, -1).replaceAll('<', '\\u003c');
  return payload.replace(KEY_MARK, () => key);
}

/** Apollo Sandbox with the create ready to run. */
export function sandboxPlugin(isServed: boolean): ApolloServerPlugin<HttpRequestContext> {
  if (!isServed) return ApolloServerPluginLandingPageDisabled();
  const apollo = ApolloServerPluginLandingPageLocalDefault({
    footer: false,
    embed: { runTelemetry: false },
    ...CREATE_EXAMPLE,
    headers: { authorization: `Bearer ${KEY_MARK}` },
  });
  return {
    async serverWillStart(server): Promise<GraphQLServerListener> {
      const { renderLandingPage } = (await apollo.serverWillStart!(server)) as Required<GraphQLServerListener>;
      return {
        async renderLandingPage() {
          const { html } = await renderLandingPage();
          return { html: async () => addExplorerLink(typeof html === 'string' ? html : await html()) };
        },
      };
    },
  };
}
