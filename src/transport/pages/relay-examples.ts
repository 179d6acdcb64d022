import { ANY_CUSTOMER_ID, NEEDS_ID, type WorkedExample } from './worked-example.js';

/** How Relay finds objects again that it has seen: by the id alone, whatever their type. */
export const RELAY_EXAMPLES: readonly WorkedExample[] = [
  {
    document: `${NEEDS_ID}
query Node($id: ID!) {
  node(id: $id) {
    id
    ... on ExpressCustomer {
      expressCustomerName
      version
    }
  }
}
`,
    variables: { id: ANY_CUSTOMER_ID },
  },
  {
    document: `${NEEDS_ID}
query Nodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
  }
}
`,
    variables: { ids: [ANY_CUSTOMER_ID, `usr_${'1'.repeat(32)}`] },
  },
];
