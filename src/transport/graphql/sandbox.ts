import type { ApolloServerPlugin, GraphQLServerListener } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { HttpRequestContext } from '../context.js';
import { CREATE_EXAMPLE } from '../pages/worked-examples.js';
import { PATHS } from '../paths.js';

const NOT_LOADED = 'Apollo Sandbox cannot be loaded; it appears that you might be offline.';
const INSTEAD = `Apollo Sandbox comes from the internet and could not be loaded. The <a href="${PATHS.explorer}">explorer</a> needs no internet.`;

// Apollo's page leaves people who are offline with no way on, and lays the Sandbox that did not come over it.
const withWayOn = (html: string): string =>
  html
    .replace('<h1>Welcome to Apollo Server</h1>', '<h1>Avara Express customers</h1>')
    .replace(NOT_LOADED, INSTEAD)
    .replace('#embeddableSandbox {', '#embeddableSandbox:empty { display: none; } $&');

/** Apollo Sandbox with the create ready to run; with the demo key too where there is one. */
export function sandboxPlugin(isServed: boolean, demoToken: string | null): ApolloServerPlugin<HttpRequestContext> {
  if (!isServed) return ApolloServerPluginLandingPageDisabled();
  const apollo = ApolloServerPluginLandingPageLocalDefault({
    footer: false,
    embed: { runTelemetry: false },
    ...CREATE_EXAMPLE,
    headers: { authorization: `Bearer ${demoToken ?? '<your API key>'}` },
  });
  return {
    async serverWillStart(server): Promise<GraphQLServerListener> {
      const { renderLandingPage } = (await apollo.serverWillStart!(server)) as Required<GraphQLServerListener>;
      return {
        async renderLandingPage() {
          const { html } = await renderLandingPage();
          return { html: async () => withWayOn(typeof html === 'string' ? html : await html()) };
        },
      };
    },
  };
}
