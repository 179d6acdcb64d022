import { ANY_API_KEY_ID, type WorkedExample } from './worked-example.js';

const NEEDS_KEY_ID =
  '# Put the apiKeyId of one of your keys into the variables, but not of the one that you call with.';

/** For callers with the scope keys:manage, as the demo key is. */
export const KEY_EXAMPLES: readonly WorkedExample[] = [
  {
    document: `# The token is shown this once. Needs the scope keys:manage.
mutation CreateExpressApiKey($input: CreateExpressApiKeyInput!) {
  createExpressApiKey(input: $input) {
    token
    expressApiKey {
      apiKeyId
      tokenPrefix
      expiresAt
    }
  }
}
`,
    variables: { input: { description: 'Nightly report', scopes: ['express:read'], expiresAt: null } },
  },
  {
    document: `query ExpressApiKeys($first: Int!, $after: String) {
  expressApiKeys(first: $first, after: $after) {
    nodes {
      apiKeyId
      description
      tokenPrefix
      scopes
      state
      createdAt
      lastUsedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: { first: 20, after: null },
  },
  {
    document: `${NEEDS_KEY_ID}
query ExpressApiKey($apiKeyId: ID!) {
  expressApiKey(apiKeyId: $apiKeyId) {
    description
    state
    expiresAt
    replacedByApiKeyId
  }
}
`,
    variables: { apiKeyId: ANY_API_KEY_ID },
  },
  {
    document: `${NEEDS_KEY_ID}
mutation RotateExpressApiKey($input: RotateExpressApiKeyInput!) {
  rotateExpressApiKey(input: $input) {
    token
    expressApiKey {
      apiKeyId
    }
    replacedExpressApiKey {
      expiresAt
    }
  }
}
`,
    variables: { input: { apiKeyId: ANY_API_KEY_ID, overlapSeconds: 86_400, expiresAt: null } },
  },
  {
    document: `${NEEDS_KEY_ID}
mutation RevokeExpressApiKey($input: RevokeExpressApiKeyInput!) {
  revokeExpressApiKey(input: $input) {
    apiKeyId
    state
    revokedAt
  }
}
`,
    variables: { input: { apiKeyId: ANY_API_KEY_ID } },
  },
];
