import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { DoorContext } from './context.js';

const CREATE_EXAMPLE = `# Press the button above to create a customer.
mutation CreateExpressCustomer($input: CreateExpressCustomerInput!) {
  createExpressCustomer(input: $input) {
    expressCustomerId
    expressCustomerName
    isActive
    userCount
    metadata
    createdAt
    createdByApiKeyId
  }
}
`;

/** The customer that every example creates. */
export const EXAMPLE_INPUT = {
  expressCustomerName: 'City Medical Center - Radiology Department',
  metadata: { department: 'radiology', region: 'northeast' },
};

/** Apollo Sandbox with the create ready to run; with the demo key too where there is one. */
export function sandboxPlugin(isServed: boolean, demoToken: string | null): ApolloServerPlugin<DoorContext> {
  if (!isServed) return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({
    footer: false,
    document: CREATE_EXAMPLE,
    variables: { input: EXAMPLE_INPUT },
    headers: { authorization: `Bearer ${demoToken ?? '<your API key>'}` },
  });
}
