import type { WorkedExample } from './worked-example.js';

/** What a system does that keeps its own list of customers: by its ids, many per call, and the changes of all. */
export const SYSTEM_EXAMPLES: readonly WorkedExample[] = [
  {
    document: `# Creates the customer with this id of another system, or changes it.
mutation UpsertExpressCustomer($input: UpsertExpressCustomerInput!) {
  upsertExpressCustomer(input: $input) {
    outcome
    expressCustomer {
      expressCustomerId
      externalReferenceId
      metadata
      version
    }
  }
}
`,
    variables: {
      input: {
        externalReferenceId: 'ris-4711',
        expressCustomerName: 'City Medical Center - Cardiology Department',
        setMetadata: { department: 'cardiology' },
      },
    },
  },
  {
    document: `query GetExpressCustomerByExternalReference($externalReferenceId: ID!) {
  expressCustomerByExternalReference(externalReferenceId: $externalReferenceId) {
    expressCustomerId
    expressCustomerName
    version
  }
}
`,
    variables: { externalReferenceId: 'ris-4711' },
  },
  {
    document: `# At most 100. Every item is answered by itself: errors of one do not affect the others.
mutation UpsertExpressCustomers($inputs: [UpsertExpressCustomerInput!]!) {
  upsertExpressCustomers(inputs: $inputs) {
    outcome
    expressCustomer {
      expressCustomerId
    }
    errors {
      code
      message
    }
  }
}
`,
    variables: {
      inputs: [
        { externalReferenceId: 'ris-4711', reactivate: true },
        { externalReferenceId: 'ris-4712', expressCustomerName: 'Lakeside Clinic - Radiology' },
      ],
    },
  },
  {
    document: `# At most 100. With an idempotency key per item the call can be repeated as it is.
mutation CreateExpressCustomers($inputs: [CreateExpressCustomerInput!]!) {
  createExpressCustomers(inputs: $inputs) {
    expressCustomer {
      expressCustomerId
    }
    errors {
      code
      message
    }
  }
}
`,
    variables: {
      inputs: [
        { expressCustomerName: 'Northern Imaging', idempotencyKey: 'example-1' },
        { expressCustomerName: 'Southern Imaging', idempotencyKey: 'example-2' },
      ],
    },
  },
  {
    document: `# All changes of the clinic, oldest first. What is new: pass endCursor as "after".
query ExpressCustomerEvents($first: Int!, $after: String, $filter: ExpressCustomerEventFilter) {
  expressCustomerEvents(first: $first, after: $after, filter: $filter) {
    nodes {
      type
      occurredAt
      version
      changes {
        path
        before
        after
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: { first: 20, after: null, filter: { types: ['express_customer.created'] } },
  },
];
