import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { DoorContext } from './context.js';
import { CREATE_EXAMPLE } from './explorer/worked-examples.js';

/** Apollo Sandbox with the create ready to run; with the demo key too where there is one. */
export function sandboxPlugin(isServed: boolean, demoToken: string | null): ApolloServerPlugin<DoorContext> {
  if (!isServed) return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({
    footer: false,
    ...CREATE_EXAMPLE,
    headers: { authorization: `Bearer ${demoToken ?? '<your API key>'}` },
  });
}
