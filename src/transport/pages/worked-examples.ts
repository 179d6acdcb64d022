import { KEY_EXAMPLES } from './key-examples.js';
import { RELAY_EXAMPLES } from './relay-examples.js';
import { SYSTEM_EXAMPLES } from './system-examples.js';
import { ANY_CUSTOMER_ID, NEEDS_ID, type WorkedExample } from './worked-example.js';

const ANY_USER_ID = `usr_${'1'.repeat(32)}`;

/** The first thing to try: a click creates a customer. */
export const CREATE_EXAMPLE: WorkedExample = {
  document: `# The button, or Ctrl-Enter, creates a customer.
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
`,
  variables: {
    input: {
      expressCustomerName: 'City Medical Center - Radiology Department',
      metadata: { department: 'radiology', region: 'northeast' },
    },
  },
};

const READ_EXAMPLES: WorkedExample[] = [
  {
    document: `# Every part of the filter may be left out. A next page: pass endCursor as "after".
query FindExpressCustomers(
  $first: Int!
  $after: String
  $filter: ExpressCustomerFilter
  $orderBy: ExpressCustomerOrder!
) {
  expressCustomers(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount
    nodes {
      expressCustomerId
      expressCustomerName
      userCount
      metadata
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: {
      first: 20,
      after: null,
      filter: { nameContains: 'medical', isActive: true, metadata: { region: 'northeast' } },
      orderBy: 'NAME_ASC',
    },
  },
  {
    document: `${NEEDS_ID}
query GetExpressCustomer($expressCustomerId: ID!) {
  expressCustomer(expressCustomerId: $expressCustomerId) {
    expressCustomerName
    isActive
    metadata
    version
    users(first: 10) {
      edges {
        addedAt
        node {
          userId
        }
      }
    }
  }
}
`,
    variables: { expressCustomerId: ANY_CUSTOMER_ID },
  },
  {
    document: `${NEEDS_ID}
query ExpressCustomerHistory($expressCustomerId: ID!) {
  expressCustomer(expressCustomerId: $expressCustomerId) {
    events(first: 20) {
      nodes {
        type
        occurredAt
        actorApiKeyId
        actorUserId
        version
        changes {
          path
          before
          after
        }
      }
    }
  }
}
`,
    variables: { expressCustomerId: ANY_CUSTOMER_ID },
  },
];

const CHANGE_EXAMPLES: WorkedExample[] = [
  {
    document: `${NEEDS_ID}
# With the version that you read, nothing is changed when somebody else was faster.
mutation UpdateExpressCustomer($input: UpdateExpressCustomerInput!) {
  updateExpressCustomer(input: $input) {
    expressCustomerName
    metadata
    version
  }
}
`,
    variables: {
      input: { expressCustomerId: ANY_CUSTOMER_ID, expressCustomerName: 'City Medical Center', expectedVersion: 1 },
    },
  },
  {
    document: `${NEEDS_ID}
mutation EditExpressCustomerMetadata($input: EditExpressCustomerMetadataInput!) {
  editExpressCustomerMetadata(input: $input) {
    metadata
    version
  }
}
`,
    variables: { input: { expressCustomerId: ANY_CUSTOMER_ID, set: { floor: '3' }, unset: ['department'] } },
  },
  {
    document: `${NEEDS_ID}
mutation AddUserToExpressCustomer($input: AddUserToExpressCustomerInput!) {
  addUserToExpressCustomer(input: $input) {
    userCount
    version
  }
}
`,
    variables: { input: { expressCustomerId: ANY_CUSTOMER_ID, userId: ANY_USER_ID } },
  },
  {
    document: `${NEEDS_ID}
mutation RemoveUserFromExpressCustomer($input: RemoveUserFromExpressCustomerInput!) {
  removeUserFromExpressCustomer(input: $input) {
    userCount
    version
  }
}
`,
    variables: { input: { expressCustomerId: ANY_CUSTOMER_ID, userId: ANY_USER_ID } },
  },
  {
    document: `${NEEDS_ID}
mutation DeactivateExpressCustomer($input: DeactivateExpressCustomerInput!) {
  deactivateExpressCustomer(input: $input) {
    isActive
    version
  }
}
`,
    variables: { input: { expressCustomerId: ANY_CUSTOMER_ID } },
  },
  {
    document: `${NEEDS_ID}
mutation ReactivateExpressCustomer($input: ReactivateExpressCustomerInput!) {
  reactivateExpressCustomer(input: $input) {
    isActive
    version
  }
}
`,
    variables: { input: { expressCustomerId: ANY_CUSTOMER_ID } },
  },
];

/** One for each operation of the schema, in the order in which a newcomer meets them. */
export const WORKED_EXAMPLES: readonly WorkedExample[] = [
  CREATE_EXAMPLE,
  ...READ_EXAMPLES,
  ...CHANGE_EXAMPLES,
  ...SYSTEM_EXAMPLES,
  ...RELAY_EXAMPLES,
  ...KEY_EXAMPLES,
];
